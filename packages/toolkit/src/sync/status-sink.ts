import type { LiveObject } from '../apply/actuator.ts';
import type { SyncObject } from './kinds.ts';

/** A receiver of statuses, besides the store. */
export interface StatusSink {
  /**
   * Called after each attempt, with the objects of the Sync if they are known. A failure is reported and does
   * not fail the sync.
   */
  publish(sync: SyncObject, live: readonly LiveObject[] | undefined, signal: AbortSignal): Promise<void>;
}
