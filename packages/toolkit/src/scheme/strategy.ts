/** What happens to objects of a kind when they are created and updated, besides validation. */
export interface Strategy {
  /** Returns an object as it is stored, before its status is set. */
  prepare?(object: object): object;
  /** The status of a new object. */
  readonly initialStatus?: unknown;
  /** The fields that no update may change, as JSON pointers such as `/spec/image`. */
  readonly immutable?: readonly string[];
  /** Returns what else is wrong with an update of a valid object to another one. */
  problemsOfUpdate?(old: object, next: object): readonly UpdateProblem[];
}

export interface UpdateProblem {
  /** The JSON pointer of the field. */
  readonly path: string;
  readonly message: string;
}
