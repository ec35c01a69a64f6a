import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { renderError } from '@ignite/api/render-error';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { Random, seedOf } from './random.ts';

/** A part of Ignite that reads what others wrote. */
export interface FuzzTarget<Input = unknown> {
  readonly name: string;
  /** As how many rounds one round counts that does more than those of others. */
  readonly worth?: number;
  readonly make: (random: Random) => Input;
  /** Throws if the input was not handled as it must be. */
  readonly check: (input: Input) => void | Promise<void>;
}

/** Lets each target have its own type of input. */
export const target = <Input>(of: FuzzTarget<Input>): FuzzTarget => of as FuzzTarget;

export interface FuzzRun {
  readonly seed: number;
  readonly rounds: number;
  /** The first round to run; earlier rounds are skipped, since each one is independent. */
  readonly first?: number;
}

/** Runs rounds of a target. A failure is thrown with everything that is needed to reproduce it. */
export async function fuzz(of: FuzzTarget, { seed, rounds, first = 0 }: FuzzRun): Promise<void> {
  const end = first + Math.ceil(rounds / (of.worth ?? 1));
  for (let round = first; round < end; round += 1) {
    const input = of.make(new Random(seedOf(seed, of.name, round)));
    try {
      await of.check(input);
      assertUnpolluted();
    } catch (failure) {
      const again = `scripts/fuzz --seed ${seed} --first ${round} --rounds 1 ${of.name}`;
      const shown = inspect(input, { depth: 20, maxStringLength: 10_000, maxArrayLength: 500 });
      throw new Error(`${of.name}: ${String(failure)}\nagain: ${again}\ninput: ${shown}`, { cause: failure });
    }
  }
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const namesOf = (): readonly string[] =>
  prototypes.map((prototype) => Object.getOwnPropertyNames(prototype).join());
const clean = namesOf();

function assertUnpolluted(): void {
  assert.deepEqual(namesOf(), clean, 'a prototype of all objects was changed');
}

/**
 * Returns what a parser makes of an input, or `undefined` if it refuses the input properly: with a message
 * that is safe for a terminal.
 */
export function taken<T>(parse: () => T, isRefusal = isCoded): T | undefined {
  try {
    return parse();
  } catch (failure) {
    assertRefusal(failure, isRefusal);
    return undefined;
  }
}

/** Does the same for an asynchronous parser. */
export async function takenLater<T>(parse: () => Promise<T>, isRefusal = isCoded): Promise<T | undefined> {
  try {
    return await parse();
  } catch (failure) {
    assertRefusal(failure, isRefusal);
    return undefined;
  }
}

const isCoded = (failure: unknown): boolean => failure instanceof CodedError;
const longestMessage = 8_192;

function assertRefusal(failure: unknown, isRefusal: (failure: unknown) => boolean): void {
  if (!isRefusal(failure)) throw failure;
  const printed = renderError(failure, false);
  assert.ok(printed.length <= longestMessage, `a message of ${printed.length} characters`);
  assert.doesNotMatch(
    printed,
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/,
    'a message that moves the cursor',
  );
}
