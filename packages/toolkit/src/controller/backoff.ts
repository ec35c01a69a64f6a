const firstMs = 750;
const mostMs = 15 * 60_000;

/** Pure. How long to wait after so many failures in a row: twice as long each time, from 750 ms to 15 min. */
export const backoffMs = (failures: number): number =>
  Math.min(firstMs * 2 ** Math.max(0, Math.min(failures, 30) - 1), mostMs);
