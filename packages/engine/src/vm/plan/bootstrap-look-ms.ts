import type { Vm } from '@ignite/api/v1/vm';

const soonestMs = 2_000;

/**
 * Pure. Returns when to look again at what a guest that runs tells of its user data: a tenth late at most, however long
 * it takes.
 */
export const bootstrapLookMs = ({ status: { startTime = '' } }: Vm, nowMs: number): number =>
  Math.max(soonestMs, (nowMs - Date.parse(startTime)) / 10 || 0);
