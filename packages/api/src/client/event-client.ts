import type { EventObject } from '@ignite/toolkit/controller/event-recorder';

/** What happened to VMs, images, kernels and what is declared. Needs no privilege beyond reading the data directory. */
export interface EventClient {
  /** Oldest first, and the revision up to which they are all. */
  list(signal: AbortSignal): Promise<{ readonly revision: number; readonly events: readonly EventObject[] }>;
  /** What happens after `revision`, as it does, until the signal aborts. */
  watch(revision: number, signal: AbortSignal): AsyncIterable<EventObject>;
}
