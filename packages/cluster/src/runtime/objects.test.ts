import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type { WatchEvent, WatchOptions, WriteOptions } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock, settled } from '@ignite/toolkit/clock/manual-clock';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { kinds } from '../kinds/kinds.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import { Objects } from './objects.ts';

const key = { namespace: 'default', name: 'm' };
const labels = { 'cluster.x-k8s.io/cluster-name': 'dev' };
const infrastructureRef = { apiGroup: 'a.example', kind: 'Pot', name: 'm' };
const spec = { clusterName: 'dev', bootstrap: { dataSecretName: 'data' }, infrastructureRef };

/** Holds up answers, and loses the connection of watches. */
class SlowClient extends ForwardingClient {
  answer: Promise<void> = Promise.resolve();
  connection = new AbortController();

  override async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    const written = await super.updateStatus(resource, object, options);
    await this.answer;
    return written;
  }

  override async *watch(resource: GroupVersionResource, options: WatchOptions): AsyncGenerator<WatchEvent> {
    this.connection.signal.throwIfAborted();
    const signal = AbortSignal.any([options.signal, this.connection.signal]);
    yield* super.watch(resource, { ...options, signal });
    throw new ObjectError('SERVER_UNREACHABLE', 'the connection is lost');
  }
}

function open() {
  const direct = new StoreObjectClient(new MemoryStore(), kinds.map(servedKindOf));
  const client = new SlowClient(() => direct);
  const clock = new ManualClock();
  const stop = new AbortController();
  const objects = new Objects({ client, clock, log: () => {}, signal: stop.signal });
  const gone: string[] = [];
  objects.onChange(({ metadata }, isGone) => isGone && gone.push(metadata.uid));
  return {
    ...{ client, clock, objects, gone, machines: objectsOf(direct, machineKind) },
    [Symbol.dispose]: () => stop.abort(),
  };
}

test('Objects: an answer that comes after its object has gone does not bring it back', async () => {
  using at = open();
  const { objects, machines, client } = at;
  const { promise, resolve } = Promise.withResolvers<void>();
  const made = await objects.create(machineKind, { metadata: key, spec });
  await settled();
  client.answer = promise;
  const written = objects.writeStatus(machineKind, { ...made, status: { phase: 'Running' } });
  await settled();
  await machines.delete(key);
  await settled();
  resolve();
  await written;
  assert.equal(await objects.get(machineKind, key), undefined);
  // One with its name is another one.
  const next = await machines.create({ metadata: key, spec });
  await settled();
  assert.equal((await objects.get(machineKind, key))?.metadata.uid, next.metadata.uid);
});

test('Objects: what has come and gone while a watch was broken is forgotten, and told as gone', async () => {
  using at = open();
  const { objects, machines, client, clock } = at;
  await objects.get(machineKind, key);
  client.connection.abort();
  await settled();
  const made = await objects.create(machineKind, { metadata: { ...key, labels }, spec });
  const cluster = { ...made, metadata: { ...made.metadata, name: 'dev' } };
  assert.equal((await objects.ofCluster(machineKind, cluster)).length, 1);
  await machines.delete(key);
  client.connection = new AbortController();
  await clock.advance(60_000);
  await settled();
  assert.equal(await objects.get(machineKind, key), undefined);
  assert.deepEqual(await objects.ofCluster(machineKind, cluster), []);
  assert.deepEqual(at.gone, [made.metadata.uid]);
});
