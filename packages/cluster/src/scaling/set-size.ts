/** How large a MachineSet is to be, is, and is as far as it can be used. */
export interface SetSize {
  readonly name: string;
  /** The wanted number (`spec.replicas`). */
  readonly wanted: number;
  /** The number of Machines, those that are being deleted included (`status.replicas`). */
  readonly actual: number;
  readonly available: number;
}

/** The sizes that MachineSets are to get, by their names. Those that stay as they are are not in it. */
export type Sizes = ReadonlyMap<string, number>;

export const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
