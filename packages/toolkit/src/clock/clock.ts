import { setTimeout as delay } from 'node:timers/promises';

/** The source of time. Tests replace it, so that code that depends on time is tested without waiting. */
export interface Clock {
  /** The time in milliseconds since 1970 (UTC). */
  now(): number;
  /** Waits for `ms` milliseconds. Rejects with the signal's reason when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A longer timer of Node would end at once. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    let leftMs = ms;
    for (; leftMs > longestTimerMs; leftMs -= longestTimerMs)
      await delay(longestTimerMs, undefined, { signal });
    await delay(leftMs, undefined, { signal });
  },
};
