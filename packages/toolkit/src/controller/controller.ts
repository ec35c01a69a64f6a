import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log/log.ts';
import { errorText } from '../errors/error-text.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ReconcileResult {
  /** True if it failed, which was reported already. It is tried again after longer and longer pauses. */
  readonly failed?: true;
  /** The time after which the key is reconciled again even if nothing happens. */
  readonly requeueAfterMs?: number;
}

/** Callbacks by which a controller reports its work, for metrics. */
export interface ControllerObserver {
  reconciled(controller: string, outcome: 'success' | 'error', seconds: number, depth: number): void;
}

export interface ControllerOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  /** The number of keys that are worked on at once. */
  readonly concurrency: number;
  /**
   * Brings the world to the state that one key asks for. It is level-triggered: it may be called when there
   * is nothing to do.
   */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<ReconcileResult>;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

/** Works on the queue until `signal` aborts. Resolves when the work in progress has ended. */
export async function runController(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  const { queue, concurrency } = options;
  await Promise.all(Array.from({ length: concurrency }, () => work(options, signal)));
  queue.stop();
}

async function work(options: ControllerOptions, signal: AbortSignal): Promise<void> {
  const { name, queue, reconcile, clock, log, observer } = options;
  for (let key = await queue.next(signal); key !== undefined; key = await queue.next(signal)) {
    const start = clock.now();
    const seconds = (): number => (clock.now() - start) / 1_000;
    try {
      const { failed, requeueAfterMs } = await reconcile(key, signal);
      if (failed) queue.addFailed(key);
      else {
        queue.forget(key);
        if (requeueAfterMs !== undefined) queue.addAfter(key, requeueAfterMs);
      }
      observer?.reconciled(name, failed ? 'error' : 'success', seconds(), queue.depth);
    } catch (failure) {
      if (signal.aborted) return;
      const retryMs = queue.addFailed(key);
      log('error', 'reconcile failed', { controller: name, key, error: errorText(failure), retryMs });
      observer?.reconciled(name, 'error', seconds(), queue.depth);
    } finally {
      queue.done(key);
    }
  }
}
