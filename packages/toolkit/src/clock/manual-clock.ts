import type { Clock } from './clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock for tests: its time moves only when the test advances it. */
export class ManualClock implements Clock {
  #now = 1_700_000_000_000;
  #sleepers: readonly Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { at: this.#now + ms, wake: resolve };
    this.#sleepers = [...this.#sleepers, sleeper];
    const onAbort = (): void => {
      this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return promise;
  }

  /** The time until the next sleeper wakes, in milliseconds; `undefined` when nobody sleeps. */
  get untilNext(): number | undefined {
    return this.#sleepers.length === 0
      ? undefined
      : Math.min(...this.#sleepers.map(({ at }) => at)) - this.#now;
  }

  /** Advances the time, wakes the sleepers whose time has come, and lets the work that they start settle. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const due = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#now = due.at;
      this.#sleepers = this.#sleepers.filter((each) => each !== due);
      due.wake();
      await settled();
    }
    this.#now = end;
    await settled();
  }
}

/** Resolves after all promises that can make progress have done so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
