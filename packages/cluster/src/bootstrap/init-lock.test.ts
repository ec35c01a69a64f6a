import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { Cluster } from '../kinds/cluster.ts';
import { releaseInitLock, takeInitLock } from './init-lock.ts';

const cluster = { metadata: { namespace: 'default', name: 'dev', uid: 'u' } } as unknown as Cluster;

test('takeInitLock: one Machine begins a cluster, and another one only if that is gone', async () => {
  const client = new StoreObjectClient(new MemoryStore(), coreKinds.map(servedKindOf));
  const machines = new Set(['a', 'b', 'c']);
  const take = async (name: string): Promise<boolean> =>
    await takeInitLock(client, cluster, name, async (each) => machines.has(each));
  const taken = await Promise.all([take('a'), take('b'), take('c')]);
  assert.equal(taken.filter(Boolean).length, 1, 'however many ask at once');
  const holder = ['a', 'b', 'c'][taken.indexOf(true)]!;
  const other = holder === 'a' ? 'b' : 'a';
  assert.equal(await take(holder), true, 'it has the lock still');
  assert.equal(await take(other), false);
  machines.delete(holder);
  assert.equal(await take(other), true);
  await releaseInitLock(client, cluster);
  await releaseInitLock(client, cluster);
  assert.equal(await take('c'), true);
});
