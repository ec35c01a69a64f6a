import type { Io } from '../io.ts';
import { usageError } from './usage-error.ts';

export interface Flag {
  readonly type: 'string' | 'boolean' | 'list' | 'optional';
  readonly short?: string;
  /** The word for its value in the help, which also determines how the value is completed: see `placeholder` in operand.ts. */
  readonly value?: string;
  /** The allowed values, if the set is closed. Letter case is ignored, and a list takes several values separated by commas. */
  readonly values?: readonly string[];
  /** The default, as the help shows it. */
  readonly default?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export type FlagValue = string | boolean | readonly string[];

/** The values of the flags that were given. An `optional` flag without a value is `true`. */
export class FlagValues {
  readonly #values: ReadonlyMap<string, FlagValue>;

  constructor(values: ReadonlyMap<string, FlagValue>) {
    this.#values = values;
  }

  /** Returns the same flags, with further values for those that were not given. */
  otherwise(values: Readonly<Record<string, FlagValue>>): FlagValues {
    return new FlagValues(new Map([...Object.entries(values), ...this.#values]));
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

  /** Whether it was given; `--name=false` counts as not given. */
  isSet(name: string): boolean {
    return this.switch(name, false);
  }

  /** For boolean flags whose default differs from `--name=false`. */
  switch(name: string, otherwise: boolean): boolean {
    return this.#values.has(name) ? this.#values.get(name) !== false : otherwise;
  }

  /** The value of a flag with `values`, which the parser has checked. */
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
  /** The words after `--`. */
  readonly rest: readonly string[];
  /** The namespace that was asked for, which names in `args` have before them already. */
  readonly namespace: string | undefined;
  readonly io: Io;
  readonly signal: AbortSignal;
}

/** What is said of a command, for those who do not run it. */
export interface CommandDescription {
  readonly name: string;
  /** Its positional arguments, as the help shows them; their words also determine how they are completed. */
  readonly arguments: string;
  readonly arity: { readonly least: number; readonly most: number };
  readonly summary: string;
  /** Paragraphs that add to the summary. */
  readonly details?: readonly string[];
  readonly examples: readonly string[];
  readonly flags: Flags;
  /** Whether positional arguments end the flags of Ignite, as in `exec VM ls -l`. */
  readonly passesFlags?: boolean;
}

export interface Command extends CommandDescription {
  /** Resolves with the exit status. */
  readonly run: (invocation: Invocation) => Promise<number>;
}
