import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { kinds } from '@ignite/api/v1/kinds';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import type { Namespace } from '@ignite/toolkit/core/resources/namespace';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { coreResourceOf, servedResourceOf } from '../resource/served-resource-of.ts';
import { controlNamespaces } from './namespace-controller.ts';

const volumeKind = kinds.find(({ kind }) => kind === 'Volume')!;
const namespaces = { group: '', version: 'v1', resource: 'namespaces' };
const volumes = { group: 'ignite.weave.works', version: 'v1', resource: 'volumes' };
const maps = { group: '', version: 'v1', resource: 'configmaps' };

/** Returns a store whose namespaces are controlled, with a namespace and a ConfigMap in it. */
async function controlled(name: string) {
  const store = new MemoryStore();
  const client = new StoreObjectClient(store, [...coreKinds, volumeKind].map(servedKindOf));
  const spec = { finalizers: ['kubernetes'] };
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: name, name: 'm' } };
  await client.create(maps, map);
  const stop = new AbortController();
  const known = { isComplete: true };
  const options = {
    client,
    resources: () => [...coreKinds.map(coreResourceOf), servedResourceOf(volumeKind)],
    isComplete: () => known.isComplete,
    authorities: async () => 'certificates',
    clock: systemClock,
    log: () => {},
  };
  return {
    client,
    known,
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

test('a VM or a volume that was created since the deletion began stays, and the namespace says so', async () => {
  using world = await controlled('prod');
  const { client, stop } = world;
  const volume = async (name: string): Promise<KubeObject> =>
    await client.create(volumes, {
      apiVersion: 'ignite.weave.works/v1',
      kind: 'Volume',
      metadata: { namespace: 'prod', name },
      spec: { size: '1GB' },
    });
  await volume('before');
  await world.markDeleted();
  await delay(5);
  await volume('after');
  const ended = world.control();
  const message = await until(async () => {
    const { status } = await client.get({ ...namespaces, name: 'prod' });
    return (status as Namespace['status']).conditions?.[0]?.message;
  });
  assert.equal(
    message,
    'Some resources are remaining: volumes.ignite.weave.works has 1 resource instances (1 created since the deletion began, which must be deleted by themselves)',
  );
  const left = await client.list(volumes, { namespace: 'prod' });
  assert.deepEqual(
    left.items.map(({ metadata: { name, deletionTimestamp } }) => [name, deletionTimestamp]),
    [['after', undefined]],
  );
  await client.delete({ ...volumes, namespace: 'prod', name: 'after' });
  await until(async () => ((await client.list(namespaces)).items.length === 0 ? true : undefined));
  stop.abort();
  await ended;
});

test('a namespace is not removed before all kinds are known that it may hold', async () => {
  using world = await controlled('prod');
  const { client, known, stop } = world;
  await world.markDeleted();
  known.isComplete = false;
  const ended = world.control();
  await delay(700);
  assert.ok(await client.get({ ...maps, namespace: 'prod', name: 'm' }));
  known.isComplete = true;
  await until(async () => ((await client.list(namespaces)).items.length === 0 ? true : undefined));
  stop.abort();
  await ended;
});

test('the events that tell other hosts that a VM is gone outlive its namespace', async () => {
  using world = await controlled('prod');
  const { client, stop } = world;
  const events = { group: 'events.k8s.io', version: 'v1', resource: 'events' };
  for (const reason of ['Removed', 'Started'])
    await client.create(events, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'prod', name: reason.toLowerCase() },
      eventTime: '2026-01-01T00:00:00.000000Z',
      type: 'Normal',
      reason,
      action: reason,
      reportingController: 'ignite.weave.works/ignite',
      reportingInstance: 'a',
      regarding: { kind: 'VM', namespace: 'prod', name: 'web', uid: 'u' },
    });
  await world.markDeleted();
  const ended = world.control();
  await until(async () => ((await client.list(namespaces)).items.length === 0 ? true : undefined));
  const { items } = await client.list(events, { namespace: 'prod' });
  assert.deepEqual(
    items.map(({ metadata }) => metadata.name),
    ['removed'],
  );
  stop.abort();
  await ended;
});
