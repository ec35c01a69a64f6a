import { syncKind } from './object-kinds.ts';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import * as v from 'valibot';
import { ManualClock } from '../clock/manual-clock.ts';
import { newUid } from '../object/uid.ts';
import { sampleKind } from '../scheme/kind.sample.ts';
import { Scheme } from '../scheme/scheme.ts';
import { type Revision, sourceError } from '../source/source.ts';
import { MemoryStore } from '../store/memory.ts';
import type { Manifest } from '../codec/manifest.ts';
import type { LiveObject } from '../apply/actuator.ts';
import type { CallOptions } from '../client/object-client.ts';
import { type SyncObject, type SyncSpec, confirmedRevisionAnnotation, syncSpecSchema } from './kinds.ts';
import { DirectReader } from '../render/source-reader.ts';
import { StoreActuator } from '../apply/store-actuator.ts';
import { syncClient } from './sync-client.sample.ts';
import { SyncController } from './sync-controller.ts';

const spec = v.strictObject({ plant: v.string(), clay: v.optional(v.string(), 'red') });
const apiVersion = 'garden.example/v1';
const scheme = new Scheme([sampleKind({ apiVersion, kind: 'Pot', spec })]);
const potKind = { group: 'garden.example', version: 'v1', resource: 'pots', kind: 'Pot' };

const pot = (name: string, plant = 'mint', annotations: Record<string, string> = {}): string =>
  JSON.stringify({ apiVersion, kind: 'Pot', metadata: { name, annotations }, spec: { plant } });

let store: MemoryStore;
let actuator: Flaky;
let revision: Revision | Error;
let published: SyncObject[];
let clock: ManualClock;
let controller: SyncController;
const { signal } = new AbortController();

/** An actuator that fails for the objects that a test names. */
class Flaky extends StoreActuator {
  readonly broken = new Set<string>();
  readonly halfMade = new Set<string>();
  dieAfter = Infinity;
  onCreate = async (): Promise<void> => {};
  onObserve = async (): Promise<void> => {};
  override async observe(signal: AbortSignal): Promise<readonly LiveObject[]> {
    await this.onObserve();
    this.onObserve = async () => {};
    return await super.observe(signal);
  }

  override async create(manifest: Manifest, op: CallOptions): Promise<void> {
    if (this.broken.has(manifest.metadata.name)) throw new Error('no soil');
    this.dieAfter -= 1;
    if (this.dieAfter < 0) throw abort.abort();
    await this.onCreate();
    await super.create(manifest, op);
    if (this.halfMade.has(manifest.metadata.name)) throw new Error('half way');
  }
}
const abort = { abort: (): Error => new Error('killed') };

const push = (files: Record<string, string>, id = `main@sha1:${newUid()}`): void => {
  revision = {
    id,
    files: Object.entries(files).map(([path, text]) => ({ path: `${path}.json`, text, digest: text })),
  };
};

async function declare(spec: object): Promise<void> {
  await store.create({
    apiVersion: 'gitops.weave.works/v1',
    kind: 'Sync',
    metadata: { name: 'garden', uid: newUid() },
    spec: v.parse(syncSpecSchema, { source: { directory: '/x' }, ...spec }),
  });
}

const change = async (spec: Partial<SyncSpec>, annotations: Record<string, string> = {}): Promise<void> => {
  const now = await sync();
  await store.update({
    ...now,
    metadata: { ...now.metadata, annotations: { ...now.metadata.annotations, ...annotations } },
    spec: { ...now.spec, ...spec },
  });
};

const revisionId = (): string => (revision instanceof Error ? '' : revision.id);
const sync = async (): Promise<SyncObject> =>
  (await store.get({ ...syncKind, name: 'garden' })) as SyncObject;
const run = () => controller.reconcile('default/garden', signal);
const ready = async () => (await sync()).status.conditions.find(({ type }) => type === 'Ready');
const pots = async () =>
  Object.fromEntries(
    (await store.list(potKind)).items.map(({ metadata, spec }) => [
      metadata.name,
      (spec as { plant: string }).plant,
    ]),
  );

beforeEach(() => {
  store = new MemoryStore();
  actuator = new Flaky(syncClient(store, scheme), {
    kinds: [potKind],
    effectOf: (_kind, { path }) => (path === '/spec/clay' ? 'replace' : 'live'),
  });
  published = [];
  clock = new ManualClock();
  controller = new SyncController({
    reader: new DirectReader(scheme),
    hostUses: { Pot: () => [] },
    actuator,
    kindOrder: ['Pot'],
    clock,
    nodeLabels: { zone: 'a' },
    client: syncClient(store, scheme),
    openSource: () => ({
      fetch: async () => {
        if (revision instanceof Error) throw revision;
        return revision;
      },
    }),
    sinks: [{ publish: async (object) => void published.push(object) }],
    log: () => {},
    random: () => 0,
  });
});

describe('SyncController', () => {
  test('makes, changes and prunes what the source says, and its status says so', async () => {
    await declare({ interval: '1m' });
    push({ a: pot('a'), b: pot('b') });
    assert.deepEqual(await run(), { requeueAfterMs: 60_000 });
    assert.deepEqual(await pots(), { a: 'mint', b: 'mint' });
    push({ a: pot('a', 'fig') });
    await run();
    assert.deepEqual(await pots(), { a: 'fig' });
    const { status } = await sync();
    assert.equal((await ready())?.status, 'True');
    assert.equal(status.lastAppliedRevision, revisionId());
    assert.deepEqual(
      status.inventory.map(({ name }) => name),
      ['a'],
    );
    assert.equal(status.history.length, 2);
  });

  test('reconciling the same revision again writes nothing and publishes nothing', async () => {
    await declare({});
    push({ a: pot('a') });
    await run();
    const { revision: before } = await store.list(potKind);
    await run();
    assert.equal((await store.list(potKind)).revision, before);
    assert.equal(published.length, 2);
    assert.deepEqual(published[0]?.status, published[1]?.status);
  });

  test('drift is repaired, or reported with what differs', async () => {
    await declare({});
    push({ a: pot('a') });
    await run();
    const weed = async () => {
      const object = await store.get({ ...potKind, name: 'a' });
      await store.update({ ...object, spec: { plant: 'weed', clay: 'red' } });
    };
    await weed();
    await run();
    assert.deepEqual(await pots(), { a: 'mint' });
    await change({ drift: 'report' });
    await weed();
    await run();
    assert.deepEqual(await pots(), { a: 'weed' });
    const [report] = (await sync()).status.objects;
    assert.equal(report?.state, 'Held');
    assert.deepEqual(report?.changes, [{ path: '/spec/plant', from: 'weed', to: 'mint' }]);
    assert.equal((await ready())?.reason, 'AppliedWithHeld');
  });

  test('a source that fails, is unsigned or empty changes nothing, and is tried again', async () => {
    await declare({});
    push({ a: pot('a'), b: pot('b'), c: pot('c') });
    await run();
    revision = sourceError('SOURCE_UNVERIFIED', 'not signed', 'sign it');
    assert.deepEqual(await run(), { failed: true });
    assert.equal((await ready())?.reason, 'SourceUnverified');
    push({});
    await run();
    assert.deepEqual(Object.keys(await pots()), ['a', 'b', 'c']);
    assert.match((await sync()).status.objects[0]?.message ?? '', /empty/);
    await change({}, { [confirmedRevisionAnnotation]: revisionId() });
    await run();
    assert.deepEqual(await pots(), {});
  });

  test('a Sync is Reconciling while it applies, and Stalled by faults that no retry cures', async () => {
    await declare({});
    push({ a: pot('a') });
    let during: readonly string[] = [];
    actuator.onCreate = async () => {
      during = (await sync()).status.conditions.map(({ type, status }) => `${type}=${status}`);
    };
    await run();
    assert.deepEqual(during, ['Reconciling=True']);
    const types = async () => (await sync()).status.conditions.map(({ type }) => type);
    assert.deepEqual(await types(), ['Ready']);
    revision = sourceError('SOURCE_INVALID', 'no address', 'write one');
    assert.deepEqual(await run(), { requeueAfterMs: 30_000 });
    assert.deepEqual((await types()).toSorted(), ['Ready', 'Stalled']);
    const { resourceVersion } = (await sync()).metadata;
    await run();
    assert.equal(
      (await sync()).metadata.resourceVersion,
      resourceVersion,
      'the same again is not written again',
    );
    push({ a: pot('a') });
    await run();
    assert.deepEqual(await types(), ['Ready']);
  });

  test('one broken manifest and one object that fails stop nothing else, and nothing is pruned', async () => {
    await declare({});
    push({ a: pot('a'), old: pot('old') });
    await run();
    actuator.broken.add('bad');
    push({
      a: pot('a', 'fig'),
      bad: pot('bad'),
      broken: '{"apiVersion": "garden.example/v1", "kind": "Pot"}',
    });
    await run();
    assert.deepEqual(await pots(), { a: 'fig', old: 'mint' });
    const { status } = await sync();
    assert.match(
      status.problems[0]?.message ?? '',
      /broken.json:1:1: metadata: field "metadata" is required/,
    );
    assert.equal((await ready())?.reason, 'InvalidManifests');
    assert.equal(status.objects.find(({ name }) => name === 'bad')?.message, 'no soil');
    actuator.broken.clear();
    push({ a: pot('a', 'fig'), bad: pot('bad') });
    await run();
    assert.deepEqual(await pots(), { a: 'fig', bad: 'mint' });
    assert.equal((await ready())?.status, 'True');
  });

  test('GitOps no-retry: what failed is shown as failed, and done by a later run of the same revision', async () => {
    await declare({});
    actuator.broken.add('bad');
    push({ bad: pot('bad') });
    await run();
    assert.deepEqual(await pots(), {});
    const [failed] = (await sync()).status.objects;
    assert.deepEqual([failed?.name, failed?.state, failed?.message], ['bad', 'Failed', 'no soil']);
    assert.equal((await ready())?.status, 'False');
    actuator.broken.clear();
    await run();
    assert.deepEqual(await pots(), { bad: 'mint' });
    assert.equal((await ready())?.status, 'True');
  });

  test('of 1,000 manifests ten are broken: 990 objects are made, ten files reported, nothing is pruned', async () => {
    await declare({});
    push({ old: pot('old') });
    await run();
    const all = Array.from({ length: 1_000 }, (_, at) => [
      `p${at}`,
      at % 100 === 7 ? '{"kind": "Pot", ' : pot(`p${at}`),
    ]);
    push(Object.fromEntries(all) as Record<string, string>);
    await run();
    assert.equal(Object.keys(await pots()).length, 991);
    const { status } = await sync();
    assert.equal(status.problems.length, 10);
    assert.match(status.problems[0]?.message ?? '', /^p7.json:1:\d+: /);
    assert.equal((await ready())?.reason, 'InvalidManifests');
  });

  test('an object is not created if one that it depends on has failed', async () => {
    await declare({});
    actuator.broken.add('a');
    push({ a: pot('a'), b: pot('b', 'mint', { 'gitops.weave.works/depends-on': 'Pot/a' }) });
    await run();
    assert.deepEqual(await pots(), {});
    assert.equal(
      (await sync()).status.objects.find(({ name }) => name === 'b')?.message,
      'waiting for Pot/a',
    );
  });

  test('a run that is killed between any two objects is finished by the next, and prunes what it left', async () => {
    for (let at = 0; at < 4; at += 1) {
      store = new MemoryStore();
      const killed = new AbortController();
      actuator = new Flaky(syncClient(store, scheme), { kinds: [potKind] });
      actuator.dieAfter = at;
      abort.abort = () => {
        killed.abort(new Error('killed'));
        return new Error('killed');
      };
      const options = {
        reader: new DirectReader(scheme),
        hostUses: { Pot: () => [] },
        kindOrder: ['Pot'],
        clock: new ManualClock(),
        nodeLabels: {},
        openSource: () => ({ fetch: async () => revision as unknown as Revision }),
        sinks: [],
        log: () => {},
      };
      await declare({});
      push({ a: pot('a'), b: pot('b'), c: pot('c') });
      const dying = new SyncController({ ...options, client: syncClient(store, scheme), actuator });
      await dying.reconcile('default/garden', killed.signal).catch(() => {});
      assert.equal(killed.signal.aborted, at < 3);
      actuator.dieAfter = Infinity;
      push({ a: pot('a') });
      const next = new SyncController({ ...options, client: syncClient(store, scheme), actuator });
      await change({}, { [confirmedRevisionAnnotation]: revisionId() });
      await next.reconcile('default/garden', signal);
      assert.deepEqual(await pots(), { a: 'mint' }, `killed after ${at}`);
    }
  });

  test("an object that was half made when its creation failed is known to be the Sync's, and is pruned when it is no longer wanted", async () => {
    await declare({});
    actuator.halfMade.add('half');
    push({ a: pot('a'), half: pot('half', 'mint', { 'gitops.weave.works/drift': 'report' }) });
    await run();
    assert.equal((await sync()).status.objects.find(({ name }) => name === 'half')?.state, 'Failed');
    push({ a: pot('a') });
    await run();
    assert.deepEqual(await pots(), { a: 'mint' });
    actuator.broken.add('b');
    push({ a: pot('a'), b: pot('b', 'mint', { 'gitops.weave.works/drift': 'report' }) });
    await run();
    actuator.broken.clear();
    await run();
    assert.deepEqual(await pots(), { a: 'mint', b: 'mint' }, 'what was never made has not drifted');
  });

  test('an object that drifts again and again is repaired at longer and longer intervals', async () => {
    await declare({});
    push({ a: pot('a') });
    await run();
    const [repairs, start]: [number[], number] = [[], clock.now()];
    while (clock.now() - start < 60_000) {
      if (!('a' in (await pots()))) throw new Error('it was not repaired when it should');
      await store.delete({ ...potKind, name: 'a' });
      while (!('a' in (await pots()))) {
        await run();
        if ('a' in (await pots())) repairs.push((clock.now() - start) / 1_000);
        else await clock.advance(1_000);
      }
    }
    assert.deepEqual(repairs, [0, 5, 15, 35, 75]);
    await clock.advance(11 * 60_000);
    await store.delete({ ...potKind, name: 'a' });
    await run();
    assert.ok('a' in (await pots()), 'long ago is forgotten');
  });

  test('with manual approval nothing is applied before someone has confirmed the revision', async () => {
    await declare({ approval: 'manual' });
    push({ a: pot('a'), b: pot('b') });
    await run();
    assert.deepEqual(await pots(), {});
    const [held] = (await sync()).status.objects;
    assert.deepEqual([held?.state, held?.message], ['Held', 'waiting for confirmation of the revision']);
    await change({}, { [confirmedRevisionAnnotation]: revisionId() });
    await run();
    assert.deepEqual(await pots(), { a: 'mint', b: 'mint' });
    push({ a: pot('a', 'fig') });
    await run();
    assert.deepEqual(await pots(), { a: 'mint', b: 'mint' });
    assert.deepEqual((await sync()).status.inventory.map(({ name }) => name).toSorted(), ['a', 'b']);
  });

  test('a Sync that is suspended while it observes does not undo later changes by hand', async () => {
    await declare({});
    push({ a: pot('a') });
    await run();
    actuator.onObserve = async () => {
      await change({ suspend: true });
      await store.delete({ ...potKind, name: 'a' });
    };
    await run();
    assert.deepEqual([await pots(), (await ready())?.reason], [{}, 'Suspended']);
  });

  test('a Sync that is suspended, waits for another or is for another host does nothing', async () => {
    await declare({ suspend: true });
    push({ a: pot('a') });
    await run();
    assert.equal((await ready())?.reason, 'Suspended');
    await change({ suspend: false, dependsOn: ['other'] });
    await run();
    assert.equal((await ready())?.message, 'waiting for Sync "other"');
    await change({ dependsOn: [], nodeSelector: { zone: 'b' } });
    await run();
    assert.deepEqual(await pots(), {});
    await change({ nodeSelector: { zone: 'a' } });
    await run();
    assert.deepEqual(await pots(), { a: 'mint' });
  });

  test('the objects of a Sync stay when it is removed, unless its deletion policy says otherwise', async () => {
    for (const [deletionPolicy, left] of [
      ['Orphan', { a: 'mint' }],
      ['Delete', {}],
    ] as const) {
      for (const kind of [potKind, syncKind])
        for (const { metadata } of (await store.list(kind)).items)
          await store.delete({ ...kind, name: metadata.name });
      await declare({ deletionPolicy });
      push({ a: pot('a') });
      await run();
      await store.delete({ ...syncKind, name: 'garden' });
      await run();
      assert.deepEqual(await pots(), left);
      await assert.rejects(sync(), { code: 'NOT_FOUND' });
    }
  });
});
