import type { Clock } from '../clock/clock.ts';
import { backoffMs } from './backoff.ts';

/**
 * A queue of keys to be worked on. A key is queued once, however often it is added, and only one worker has
 * it at a time. If it is added while a worker has it, it is queued again afterwards.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #waiting = new Set<string>();
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #later = new Map<string, { readonly at: number; readonly cancel: AbortController }>();
  readonly #failures = new Map<string, number>();
  #arrived = Promise.withResolvers<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get depth(): number {
    return this.#waiting.size;
  }

  add(key: string): void {
    this.#cancelLater(key);
    if (this.#working.has(key)) this.#again.add(key);
    else {
      this.#waiting.add(key);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers<void>();
    }
  }

  /** Adds the key after `ms` milliseconds, or earlier if it was due earlier already. */
  addAfter(key: string, ms: number): void {
    const at = this.#clock.now() + ms;
    const known = this.#later.get(key);
    if (known && known.at <= at) return;
    this.#cancelLater(key);
    const cancel = new AbortController();
    this.#later.set(key, { at, cancel });
    this.#clock.sleep(ms, cancel.signal).then(
      () => {
        this.#later.delete(key);
        this.add(key);
      },
      () => {},
    );
  }

  /** Adds the key after a back-off that grows with each failure. Returns the back-off in milliseconds. */
  addFailed(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const ms = backoffMs(failures);
    this.addAfter(key, ms);
    return ms;
  }

  /** Resets the failure count of a key that has succeeded. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Returns the next key as soon as there is one, or `undefined` once `signal` aborts. The caller calls
   * `done` afterwards.
   */
  async next(signal: AbortSignal): Promise<string | undefined> {
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const [key] = this.#waiting;
        if (key !== undefined) {
          this.#waiting.delete(key);
          this.#working.add(key);
          return key;
        }
        await Promise.race([this.#arrived.promise, aborted]);
      }
      return undefined;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Drops the keys that are scheduled for later. */
  stop(): void {
    for (const key of [...this.#later.keys()]) this.#cancelLater(key);
  }

  #cancelLater(key: string): void {
    const known = this.#later.get(key);
    this.#later.delete(key);
    known?.cancel.abort();
  }
}
