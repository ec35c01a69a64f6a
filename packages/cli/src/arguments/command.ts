import type { Io } from '../io.ts';
import { usageError } from './usage-error.ts';

export interface Flag {
  readonly type: 'string' | 'boolean' | 'list' | 'optional';
  readonly short?: string;
  /** The word for its value in the help, which also says how it is completed: see `placeholder` in operand.ts. */
  readonly value?: string;
  /** All that its value may be, where that is a closed set; letter case does not count, and a list takes several with commas. */
  readonly values?: readonly string[];
  /** What holds without it, as the help shows it. */
  readonly default?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export type FlagValue = string | boolean | readonly string[];

/** The values of flags that were given. An `optional` flag without a value is `true`. */
export class FlagValues {
  readonly #values: ReadonlyMap<string, FlagValue>;

  constructor(values: ReadonlyMap<string, FlagValue>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws CodedError USAGE_INVALID */
  seconds(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^\d{1,5}$/.test(text))
      throw usageError(`--${name} ${text}: not a number of seconds`, 'use a whole number');
    return Number(text);
  }

  /** Whether it was given; `--name=false` counts as not. */
  isSet(name: string): boolean {
    return this.switch(name, false);
  }

  /** For boolean flags whose absence means something else than `--name=false`. */
  switch(name: string, otherwise: boolean): boolean {
    return this.#values.has(name) ? this.#values.get(name) !== false : otherwise;
  }

  /** Of a flag with `values`, which the parser holds it to. */
  choice<T extends string>(name: string, values: readonly T[]): T | undefined {
    const text = this.text(name);
    return values.find((each) => each === text);
  }

  list(name: string): readonly string[] {
    const value = this.#values.get(name);
    return typeof value === 'object' ? value : [];
  }
}

export interface Invocation {
  readonly flags: FlagValues;
  readonly args: readonly string[];
  /** What stood behind `--`. */
  readonly rest: readonly string[];
  readonly io: Io;
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  /** Its positional arguments, as the help shows them; their words also say how they are completed. */
  readonly arguments: string;
  readonly arity: { readonly least: number; readonly most: number };
  readonly summary: string;
  /** Paragraphs that say what the summary does not. */
  readonly details?: readonly string[];
  readonly examples: readonly string[];
  readonly flags: Flags;
  /** Whether positional arguments end our flags, as in `exec VM ls -l`. */
  readonly passesFlags?: boolean;
  /** Resolves with the exit status. */
  readonly run: (invocation: Invocation) => Promise<number>;
}
