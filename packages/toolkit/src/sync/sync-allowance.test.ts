import { syncKind } from './object-kinds.ts';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import * as v from 'valibot';
import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { ManualClock } from '../clock/manual-clock.ts';
import { EventRecorder } from '../controller/event-recorder.ts';
import { type EventObject, occurrencesOf, storedEvent } from '../core/resources/event.ts';
import type { Manifest } from '../codec/manifest.ts';
import { CodedError } from '../errors/coded-error.ts';
import { newUid } from '../object/uid.ts';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import { MemoryStore } from '../store/memory.ts';
import type { HostUse } from '../allowance/host-use.ts';
import { type SyncObject, type SyncSpec, syncSpecSchema } from './kinds.ts';
import { DirectReader } from '../render/source-reader.ts';
import { StoreActuator } from '../apply/store-actuator.ts';
import { syncClient } from './sync-client.sample.ts';
import { SyncController } from './sync-controller.ts';

const scheme = new Scheme([
  sampleKind({ apiVersion: 'garden.example/v1', kind: 'Pot', spec: v.strictObject({ plant: v.string() }) }),
]);
const potKind = servedKindOf(scheme.kinds[0]!);
const pot = (name: string) => {
  const text = JSON.stringify({
    apiVersion: 'garden.example/v1',
    kind: 'Pot',
    metadata: { name },
    spec: { plant: 'mint' },
  });
  return { path: `${name}.json`, text, digest: text };
};

let store: MemoryStore;
let reader: DirectReader;
let uses: (object: Manifest) => readonly HostUse[];
let names: readonly string[];
let controller: SyncController;

const run = () => controller.reconcile('default/garden', new AbortController().signal);
const sync = async () => (await store.get({ ...syncKind, name: 'garden' })) as SyncObject;
const ready = async () => (await sync()).status.conditions.find(({ type }) => type === 'Ready');
const pots = async () => (await store.list(potKind)).items.map(({ metadata }) => metadata.name);
const change = async (spec: SyncSpec | Omit<SyncSpec, 'allow'>): Promise<void> =>
  void (await store.update({ ...(await sync()), spec }));

beforeEach(async () => {
  store = new MemoryStore();
  reader = new DirectReader(scheme);
  uses = () => [];
  const clock = new ManualClock();
  controller = new SyncController({
    reader,
    hostUses: { Pot: (object) => uses(object) },
    actuator: new StoreActuator(syncClient(store, scheme), { kinds: [potKind] }),
    kindOrder: ['Pot'],
    clock,
    nodeLabels: {},
    client: syncClient(store, scheme),
    openSource: () => ({ fetch: async () => ({ id: 'main', files: names.map(pot) }) }),
    sinks: [],
    events: new EventRecorder(syncClient(store, scheme), clock, {
      controller: 'garden.example/syncs',
      instance: 'shed',
    }),
    log: () => {},
  });
  await store.create({
    apiVersion: 'gitops.weave.works/v1',
    kind: 'Sync',
    metadata: { name: 'garden', uid: newUid() },
    spec: v.parse(syncSpecSchema, { source: { directory: '/x' } }),
    status: undefined,
  });
});

describe('SyncController', () => {
  test('objects that a source may not declare are refused with the reason, reported once, and all others are applied', async () => {
    names = ['a', 'b'];
    uses = ({ metadata }) =>
      metadata.name === 'b'
        ? [{ kind: 'path', path: '/etc/shadow', access: 'read', field: 'spec.plant' }]
        : [];
    await run();
    assert.deepEqual(await pots(), ['a']);
    const condition = await ready();
    assert.deepEqual([condition?.status, condition?.reason], ['False', 'NotAllowed']);
    assert.match(condition?.message ?? '', /: 2 objects, 1 not allowed$/);
    const refused = (await sync()).status.objects.find(({ name }) => name === 'b');
    assert.equal(refused?.state, 'Refused');
    assert.match(
      refused.message ?? '',
      /^spec.plant: not allowed by spec.allow.files of the Sync: \/etc\/shadow$/,
    );
    await run();
    const events = (await store.list(storedEvent)).items as readonly EventObject[];
    const denials = events.filter(({ reason }) => reason === 'NotAllowed');
    assert.deepEqual(
      denials.map((event) => [event.type, event.regarding?.name, occurrencesOf(event).count]),
      [['Warning', 'b', 1]],
    );
    const { spec } = await sync();
    await change({ ...spec, allow: { ...spec.allow, files: ['/etc'] } });
    await run();
    assert.deepEqual(await pots(), ['a', 'b']);
    assert.equal((await ready())?.status, 'True');
  });

  test('a Sync that was stored before allowances existed is allowed what every Sync is', async () => {
    const { allow: _, ...old } = (await sync()).spec;
    await change(old);
    names = ['a'];
    await run();
    assert.deepEqual(await pots(), ['a']);
  });

  test('a source that cannot be read within its bounds is shown as that, and tried again', async () => {
    names = ['a'];
    const read = reader.decode.bind(reader);
    reader.decode = async () => {
      throw new CodedError('RENDER_TIMEOUT', 'too slow', { hint: 'x' });
    };
    assert.deepEqual(await run(), { failed: true });
    const condition = await ready();
    assert.deepEqual([condition?.reason, condition?.message], ['RenderTimeout', 'too slow']);
    reader.decode = read;
    await run();
    assert.equal((await ready())?.status, 'True');
  });
});
