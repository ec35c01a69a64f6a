import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { ManualClock } from '../clock/manual-clock.ts';
import { DirectReader } from '../render/source-reader.ts';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import { MemoryStore } from '../store/memory.ts';
import { StoreActuator } from '../apply/store-actuator.ts';
import { syncSpecSchema } from './kinds.ts';
import { syncClient } from './sync-client.sample.ts';
import { syncsOf } from './sync-clients.ts';
import { SyncController } from './sync-controller.ts';
import type { OpenTarget } from './sync-target.ts';

const { signal } = new AbortController();
const apiVersion = 'garden.example/v1';
const scheme = new Scheme([sampleKind({ apiVersion, kind: 'Pot', spec: v.strictObject({}) })]);
const potKind = servedKindOf(scheme.kinds[0]!);
const pot = JSON.stringify({ apiVersion, kind: 'Pot', metadata: { name: 'a' }, spec: {} });

function open(openTarget?: OpenTarget) {
  const [home, elsewhere] = [new MemoryStore(), new MemoryStore()];
  const client = syncClient(home, scheme);
  const actuatorOf = (store: MemoryStore): StoreActuator =>
    new StoreActuator(syncClient(store, scheme), { kinds: [potKind] });
  const controller = new SyncController({
    reader: new DirectReader(scheme),
    hostUses: {},
    actuator: actuatorOf(home),
    kindOrder: [],
    ...(openTarget && { openTarget }),
    clock: new ManualClock(),
    nodeLabels: {},
    client,
    openSource: () => ({
      fetch: async () => ({ id: 'main', files: [{ path: 'a.json', text: pot, digest: pot }] }),
    }),
    sinks: [],
    log: () => {},
    random: () => 0,
  });
  const syncs = syncsOf(client);
  const key = { namespace: 'default', name: 'garden' };
  return {
    elsewhere: actuatorOf(elsewhere),
    declare: async (spec: object): Promise<void> => {
      const whole = v.parse(syncSpecSchema, { source: { directory: '/x' }, cluster: 'prod', ...spec });
      await syncs.create({ metadata: key, spec: whole });
    },
    run: async () => await controller.reconcile('default/garden', signal),
    remove: async () => await syncs.delete(key),
    ready: async () =>
      (await syncs.find(key))?.status.conditions.map(({ reason, message }) => [reason, message]),
    pots: async (store: 'home' | 'elsewhere') =>
      (await (store === 'home' ? home : elsewhere).list(potKind)).items.length,
  };
}

test('a Sync applies to the target that it names, and not to the usual one', async () => {
  let isOpen = 0;
  const world = open(async () => {
    isOpen += 1;
    const target = {
      actuator: world.elsewhere,
      kindOrder: [],
      hostUses: undefined,
      [Symbol.dispose]: () => void (isOpen -= 1),
    };
    return { state: 'ready', target };
  });
  await world.declare({ deletionPolicy: 'Delete' });
  assert.deepEqual(await world.run(), { requeueAfterMs: 30_000 });
  assert.deepEqual([await world.pots('home'), await world.pots('elsewhere'), isOpen], [0, 1, 0]);
  await world.remove();
  await world.run();
  assert.deepEqual([await world.pots('elsewhere'), isOpen, await world.ready()], [0, 0, undefined]);
});

test('a target that is not there is waited for, and one that is gone holds up nothing', async () => {
  const world = open(async () => ({ state: 'absent', message: 'not yet' }));
  await world.declare({ deletionPolicy: 'Delete' });
  assert.deepEqual(await world.run(), { requeueAfterMs: 10_000 });
  assert.deepEqual(await world.ready(), [['ClusterNotReady', 'not yet']]);
  assert.equal(await world.pots('home'), 0);
  await world.remove();
  await world.run();
  assert.equal(await world.ready(), undefined);
});

test('a Sync whose objects are to go stays until its target answers', async () => {
  const world = open();
  await world.declare({ deletionPolicy: 'Delete' });
  await world.run();
  assert.deepEqual(await world.ready(), [['ClusterNotReady', 'clusters are not reached from here']]);
  await world.remove();
  await assert.rejects(world.run(), { code: 'SYNC_FAILED', message: 'clusters are not reached from here' });
});
