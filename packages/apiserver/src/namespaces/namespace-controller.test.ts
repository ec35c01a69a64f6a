import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { coreResourceOf } from '../resource/served-resource-of.ts';
import { controlNamespaces } from './namespace-controller.ts';

const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const maps = { group: '', version: 'v1', resource: 'configmaps' };

/** Returns a store whose namespaces are controlled, with a namespace and a ConfigMap in it. */
async function controlled(name: string) {
  const store = new MemoryStore();
  const client = new StoreObjectClient(store, coreKinds.map(servedKindOf));
  const spec = { finalizers: ['kubernetes'] };
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: name, name: 'm' } };
  await client.create(maps, map);
  const stop = new AbortController();
  const options = {
    client,
    resources: () => coreKinds.map(coreResourceOf),
    authorities: async () => 'certificates',
    clock: systemClock,
    log: () => {},
  };
  return {
    client,
    /** Deletes the namespace in the store itself, as nobody can who asks a client. */
    markDeleted: async () => void (await store.delete({ group: '', kind: 'Namespace', namespace: '', name })),
    control: () => controlNamespaces(options, stop.signal),
    stop,
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(20);
  }
}

test('the namespace that is always there is made anew if it is being deleted, and what is in it stays', async () => {
  using world = await controlled('default');
  const { client, stop } = world;
  const key = { ...namespaces, name: 'default' };
  await world.markDeleted();
  const marked = await client.get(key);
  assert.ok(marked.metadata.deletionTimestamp);
  const ended = world.control();
  const anew = await until(async (): Promise<KubeObject | undefined> => {
    const found = await client.get(key).catch(() => undefined);
    return found?.metadata.uid === marked.metadata.uid ? undefined : found;
  });
  assert.equal(anew.metadata.deletionTimestamp, undefined);
  assert.ok(await client.get({ ...maps, namespace: 'default', name: 'm' }));
  stop.abort();
  await ended;
});
