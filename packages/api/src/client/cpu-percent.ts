import type { VmUsage } from './usage-client.ts';

/**
 * Pure. Returns the CPU use between two samples in percent of one CPU: 200 is two CPUs. Returns `undefined`
 * if it is unknown, such as after a restart.
 */
export function cpuPercent(before: VmUsage | undefined, after: VmUsage): number | undefined {
  if (before?.cpuSeconds === undefined || after.cpuSeconds === undefined) return undefined;
  const [used, elapsedMs] = [after.cpuSeconds - before.cpuSeconds, after.atMs - before.atMs];
  return used < 0 || elapsedMs <= 0 ? undefined : (used / elapsedMs) * 100_000;
}
