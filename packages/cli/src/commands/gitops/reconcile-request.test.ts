import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SyncObject, requestedAtAnnotation } from '@ignite/toolkit/sync/kinds';
import { isHandled, reconcileRequest } from './reconcile-request.ts';

/** A Sync with the request that it has, and the one that was handled last. */
const syncWith = (requested?: string, handled?: string): SyncObject =>
  ({
    metadata: { annotations: { ...(requested !== undefined && { [requestedAtAnnotation]: requested }) } },
    status: { ...(handled !== undefined && { lastHandledReconcileAt: handled }) },
  }) as unknown as SyncObject; // all that is read

const cases = [
  ['nothing was handled', syncWith(), undefined, false],
  ['it was handled', syncWith(), 'mine', true],
  ['the last one was handled before it came', syncWith('old', 'old'), 'old', false],
  ['one was handled that had not been yet when it came', syncWith('pending', 'old'), 'pending', false],
  ['a later one took its place, and was handled', syncWith('old', 'old'), 'later', true],
  ['somebody else has made the same request', syncWith('mine', 'old'), 'mine', true],
] as const;

for (const [what, before, handled, wanted] of cases)
  test(`isHandled: ${what}`, () =>
    assert.equal(isHandled(reconcileRequest(before, 'mine'), syncWith('any', handled)), wanted));
