import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SyncObject, requestedAtAnnotation } from './kinds.ts';
import { isRequestHandled } from './reconcile-request.ts';

const [before, own, newer] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'];

test('isRequestHandled: a request is handled by a reconciliation for it, or for the newer one that took its place', () => {
  for (const { requested, handled, is } of [
    { requested: own, handled: undefined, is: false },
    { requested: own, handled: before, is: false },
    { requested: own, handled: own, is: true },
    { requested: newer, handled: before, is: false },
    { requested: newer, handled: own, is: true },
    { requested: newer, handled: newer, is: true },
    { requested: undefined, handled: undefined, is: false },
  ]) {
    const annotations = requested === undefined ? {} : { [requestedAtAnnotation]: requested };
    const status = handled === undefined ? {} : { lastHandledReconcileAt: handled };
    const sync = { metadata: { annotations }, status } as SyncObject; // all that is read
    assert.equal(isRequestHandled(sync, own), is, `${requested}, of which ${handled} was handled`);
  }
});
