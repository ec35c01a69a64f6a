import { type SyncObject, requestedAtAnnotation } from './kinds.ts';

/**
 * Pure. Tells whether a Sync was reconciled since somebody requested it at `requestedAt`. A newer request may have taken the place of that
 * one before anybody has seen it: what handles the newer one handles both.
 */
export function isRequestHandled(
  { metadata, status: { lastHandledReconcileAt: handled } }: Pick<SyncObject, 'metadata' | 'status'>,
  requestedAt: string,
): boolean {
  return (
    handled !== undefined &&
    (handled === requestedAt || handled === metadata.annotations[requestedAtAnnotation])
  );
}
