import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ignite } from '../fixtures/ignite.ts';

/** Kills commands at moments that are spread over the time that they take, the same in every run of the tests. */
export class Killer {
  readonly #rounds: number;
  /** The state of Lehmer's generator. */
  #seed = 20_261_123;

  constructor(rounds: number) {
    this.#rounds = rounds;
  }

  /** Kills a command in its part of the time until `maxMs`: in round 1 of 4 within the first quarter. */
  async killedIn(round: number, maxMs: number, ignite: Ignite, args: readonly string[]): Promise<void> {
    const command = ignite.start(args);
    await delay(((round - 1 + this.#random()) / this.#rounds) * maxMs);
    command.kill();
    await command.ended;
  }

  #random(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }
}

export const runArgs = (name: string, ...flags: readonly string[]): readonly string[] => [
  ...['run', 'busybox', '--name', name, '--memory', '128MB', ...flags],
  ...['--', 'sleep', '1000'],
];

export const isRunning = async (name: string, ignite: Ignite): Promise<boolean> =>
  (await ignite.ok('ps', '-q', '--filter', `name=${name}`)) !== '';

/** Whatever a command that was killed has left, the next one completes it or clears it up. */
export async function completesWhatWasKilled(
  killer: Killer,
  round: number,
  ignite: Ignite,
  flags: readonly string[] = [],
): Promise<void> {
  const name = `crash-${round}`;
  const found = (): Promise<string> => ignite.ok('ps', '-a', '-q', '--filter', `name=${name}`);
  await killer.killedIn(round, 1_000, ignite, runArgs(name, ...flags));
  await ((await found()) === '' ? ignite.ok(...runArgs(name, ...flags)) : ignite.ok('start', name));
  assert.ok(await isRunning(name, ignite), 'start completes what run began');

  await killer.killedIn(round, 900, ignite, ['stop', '--time', '0', name]);
  await ignite.ok('stop', '--time', '0', name);
  assert.ok(!(await isRunning(name, ignite)), 'stop completes what stop began');

  if (round % 2 === 0) await ignite.ok('start', name);
  await killer.killedIn(round, 900, ignite, ['rm', '-f', name]);
  if ((await found()) !== '') await ignite.ok('rm', '-f', name);
  assert.equal(await found(), '', 'rm completes what rm began');
}
