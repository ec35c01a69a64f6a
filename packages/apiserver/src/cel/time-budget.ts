import { performance } from 'node:perf_hooks';
import { withinTime } from './within-time.ts';

/** The time that several pieces of work have together. The time between them does not count. */
export class TimeBudget {
  #leftMs: number;

  constructor(ms: number) {
    this.#leftMs = ms;
  }

  /** Does work that takes no longer than what is left, and none at all if nothing is. */
  within<T>(work: () => T): T | 'TIMED_OUT' {
    const timeoutMs = Math.floor(this.#leftMs);
    if (timeoutMs < 1) return 'TIMED_OUT';
    const begun = performance.now();
    try {
      return withinTime(timeoutMs, work);
    } finally {
      this.#leftMs -= performance.now() - begun;
    }
  }
}
