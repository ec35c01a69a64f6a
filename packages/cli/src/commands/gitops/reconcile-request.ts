import { type SyncObject, requestedAtAnnotation } from '@ignite/toolkit/sync/kinds';

/** A request to sync now. In a Sync there is one at a time: a later one takes the place of an earlier one. */
export interface ReconcileRequest {
  /** Tells it from others. */
  readonly requestedAt: string;
  /** The requests that were known when it was made. */
  readonly earlier: readonly (string | undefined)[];
}

/** Pure. Returns a request to a Sync as it was right before. */
export const reconcileRequest = (
  { metadata, status }: SyncObject,
  requestedAt: string,
): ReconcileRequest => ({
  requestedAt,
  earlier: [metadata.annotations[requestedAtAnnotation], status.lastHandledReconcileAt],
});

/** Pure. Tells whether a request was handled, or a later one, which is as good. */
export function isHandled(
  { requestedAt, earlier }: ReconcileRequest,
  { status: { lastHandledReconcileAt: handled } }: SyncObject,
): boolean {
  return handled === requestedAt || (handled !== undefined && !earlier.includes(handled));
}
