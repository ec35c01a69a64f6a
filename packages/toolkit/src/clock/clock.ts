import { setTimeout as delay } from 'node:timers/promises';

/** The source of time. Tests replace it, so that code that depends on time is tested without waiting. */
export interface Clock {
  /** The time in milliseconds since 1970 (UTC). */
  now(): number;
  /** Waits for `ms` milliseconds. Rejects with the signal's reason when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
};
