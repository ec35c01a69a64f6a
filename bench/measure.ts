import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** Returns the milliseconds that one run of `work` took. */
export async function timed(work: () => Promise<void> | void): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Returns the milliseconds of CPU time that a program takes, which other programs change less than how long it takes. */
export function cpuTime(command: readonly string[], env: NodeJS.ProcessEnv): number {
  const script = 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1';
  const { stderr } = spawnSync('bash', ['-c', script, 'bash', ...command], {
    env: { ...env, LC_ALL: 'C' },
    encoding: 'utf8',
  });
  const [user = NaN, system = NaN] = stderr.trim().split(' ').map(Number);
  return (user + system) * 1_000;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Compares contestants. They take turns, so that disturbances of the machine affect all of them. */
export async function compare(
  rounds: number,
  contestants: Readonly<Record<string, () => Promise<number> | number>>,
): Promise<Readonly<Record<string, number>>> {
  const times = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contestants)) times.get(name)!.push(await run());
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
}

/**
 * Prints one line: what was measured in ms, what it is compared with, the ratio, and the ratio that we aim
 * for.
 */
export function report(what: string, ours: number, other: string, theirs: number, aim: number): void {
  const ratio = ours / theirs;
  const mark = ratio <= aim ? 'ok' : 'over';
  console.log(
    `${what.padEnd(34)} ${ours.toFixed(0).padStart(7)} ms   ${other.padEnd(30)} ${theirs.toFixed(0).padStart(7)} ms   ratio ${ratio.toFixed(2)} (aim ${aim.toFixed(2)}, ${mark})`,
  );
}
