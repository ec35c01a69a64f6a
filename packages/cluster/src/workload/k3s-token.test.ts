import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { ensureWords, readWords } from './k3s-token.ts';
import { secrets } from './node.ts';

const { signal } = new AbortController();
const place = { namespace: 'default', clusterName: 'dev' };
const owner = {
  apiVersion: 'controlplane.cluster.x-k8s.io/v1beta2',
  kind: 'KThreesControlPlane',
  name: 'dev',
};

test('a token that people bring stays that of servers, and agents get one of their own', async () => {
  const client = new StoreObjectClient(new MemoryStore(), coreKinds.map(servedKindOf));
  await objectsOf(client, secrets).create({
    metadata: { namespace: 'default', name: 'dev-token' },
    data: { value: Buffer.from('mine').toString('base64') },
  });
  assert.equal(await readWords(client, place, signal), undefined);
  await ensureWords(client, place, { ...owner, uid: 'u' }, signal);
  const words = await readWords(client, place, signal);
  assert.equal(words?.server, 'mine');
  assert.match(words!.agent, /^[0-9a-f]{32}$/);
  await ensureWords(client, place, { ...owner, uid: 'u' }, signal);
  assert.deepEqual(await readWords(client, place, signal), words);
});
