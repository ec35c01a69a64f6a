import type { Clock } from '@ignite/toolkit/clock/clock';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Log } from '@ignite/toolkit/log/log';

/** A piece of work that is done again and again. */
export interface Repetition {
  /** What fails, in the words of the log. */
  readonly name: string;
  readonly everyMs: number;
  /** The time until the next attempt after one that has failed. */
  readonly retryMs: number;
  readonly work: (signal: AbortSignal) => Promise<void>;
}

/** Repeats a piece of work until `signal` aborts. One time that fails is told to the log, and does not end it. */
export async function repeat(
  { name, everyMs, retryMs, work }: Repetition,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  for (let pauseMs = everyMs; ;) {
    await clock.sleep(pauseMs, signal).catch(() => {});
    if (signal.aborted) return;
    try {
      await work(signal);
      pauseMs = everyMs;
    } catch (failure) {
      if (signal.aborted) return;
      log('warning', `${name} failed`, { error: errorText(failure) });
      pauseMs = retryMs;
    }
  }
}
