import type { Io } from '../io.ts';
import { usageError } from './usage-error.ts';

export interface Flag {
  readonly type: 'string' | 'boolean' | 'list' | 'optional';
  readonly short?: string;
  /** The word for its value in the help. */
  readonly value?: string;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** The values of flags that were given. An `optional` flag without a value is `true`. */
export class FlagValues {
  readonly #values: ReadonlyMap<string, string | true | readonly string[]>;

  constructor(values: ReadonlyMap<string, string | true | readonly string[]>) {
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
      throw usageError(`--${name} ${text}: not a number of seconds`, 'write a whole number');
    return Number(text);
  }

  isSet(name: string): boolean {
    return this.#values.has(name);
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
  /** Of its positional arguments, as the help shows them. */
  readonly arguments: string;
  readonly arity: { readonly least: number; readonly most: number };
  readonly summary: string;
  readonly examples: readonly string[];
  readonly flags: Flags;
  /** Whether positional arguments end our flags, as in `exec VM ls -l`. */
  readonly passesFlags?: boolean;
  /** Resolves with the exit status. */
  readonly run: (invocation: Invocation) => Promise<number>;
}
