const firstMs = 750;
const mostMs = 15 * 60_000;

/**
 * Pure. Returns the delay after `failures` failures in a row, in milliseconds. It doubles with each failure,
 * from 750 ms to 15 min.
 */
export const backoffMs = (failures: number): number =>
  Math.min(firstMs * 2 ** Math.max(0, Math.min(failures, 30) - 1), mostMs);
