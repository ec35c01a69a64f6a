import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@ignite/api/client/client';
import { farSyncs } from './far-syncs.ts';

test('farSyncs: a Sync of another host is not reconciled by this process, which says so', async () => {
  const syncs = farSyncs({} as Client); // nothing of it is asked
  assert.equal(syncs.isServed(), true);
  await assert.rejects(syncs.reconcile({ namespace: 'default', name: 'site' }, AbortSignal.timeout(1_000)), {
    code: 'NOT_REMOTE',
  });
});
