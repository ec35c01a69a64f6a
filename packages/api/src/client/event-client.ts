import type { EventView } from '../v1/event-view.ts';

/**
 * Reads the events of VMs, images, kernels and declared objects. It needs no privilege beyond reading the
 * data directory.
 */
export interface EventClient {
  /** Lists the events, oldest first, and the revision up to which the list is complete. */
  list(signal: AbortSignal): Promise<{ readonly revision: string; readonly events: readonly EventView[] }>;
  /** Yields the events after `revision` as they happen, until the signal aborts. */
  watch(revision: string, signal: AbortSignal): AsyncIterable<EventView>;
}
