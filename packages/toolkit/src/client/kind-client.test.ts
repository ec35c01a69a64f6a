import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { objectKind } from '../scheme/object-kind.ts';
import { completeSpec } from '../store/complete-spec.ts';
import { MemoryStore } from '../store/memory.ts';
import { KindClient } from './kind-client.ts';
import { StoreObjectClient } from './over-store/store-object-client.ts';

interface Pot extends KubeObject {
  readonly kind: 'Pot';
  readonly spec: { readonly plant: string; readonly litres: number };
}

const spec = v.strictObject({ plant: v.string(), litres: v.optional(v.number(), 5) });
const potResource = {
  group: 'garden.example',
  kind: 'Pot',
  plural: 'pots',
  scope: 'Namespaced',
} as const;
const potKind = objectKind<Pot>(potResource, 'garden.example/v1', completeSpec(spec));
/** A kind whose author has made what its objects tell of. */
const served = {
  ...potKind,
  ...{ isNamespaced: true, hasStatus: true, trustsAuthor: true, selectableFields: ['metadata.uid'] },
};
const key = { namespace: 'default', name: 'a' };
const metadata = { ...key, uid: '1', creationTimestamp: '2026-01-01T12:00:00Z' };
const mint = { metadata, spec: { plant: 'mint', litres: 3 } };

let store: MemoryStore;
let pots: KindClient<Pot>;
beforeEach(() => {
  store = new MemoryStore();
  pots = new KindClient(new StoreObjectClient(store, [served]), potKind);
});

/** Stores a pot as an older program did, which knew no litres. */
const storeOld = async (plant: unknown = 'mint'): Promise<KubeObject> =>
  await store.create({ apiVersion: 'garden.example/v1', kind: 'Pot', metadata, spec: { plant } });

/** Counts how often the store is read from now on. */
function readsOf(): () => number {
  let reads = 0;
  const get = store.get.bind(store);
  store.get = async (...call) => {
    reads += 1;
    return await get(...call);
  };
  return () => reads;
}

describe('KindClient', () => {
  test('an object that an older program has stored has the defaults of the kind, however it is read', async () => {
    await storeOld();
    const wanted = { plant: 'mint', litres: 5 };
    assert.deepEqual((await pots.get(key)).spec, wanted);
    assert.deepEqual((await pots.find(key))?.spec, wanted);
    assert.deepEqual((await pots.findByUid('1'))?.spec, wanted);
    const { items, resourceVersion } = await pots.list();
    assert.deepEqual([items[0]?.spec, resourceVersion], [wanted, '1']);
    const stop = new AbortController();
    for await (const event of pots.watch({ resourceVersion: '0', signal: stop.signal })) {
      assert.deepEqual(event.type !== 'BOOKMARK' && event.object.spec, wanted);
      stop.abort();
    }
  });

  test('a spec that the schema refuses is read as it is', async () => {
    await storeOld(5);
    assert.deepEqual((await pots.get(key)).spec, { plant: 5 });
  });

  test('what is absent is not found, which is no failure', async () => {
    assert.equal(await pots.find(key), undefined);
    assert.equal(await pots.findByUid('1'), undefined);
    await assert.rejects(pots.get(key), { code: 'NOT_FOUND' });
  });

  test('an author who is trusted says what a new object is, its uid, age and status too', async () => {
    const made = await pots.create({ ...mint, status: { wet: true } });
    const { uid, creationTimestamp } = made.metadata;
    assert.deepEqual([uid, creationTimestamp, made.status], ['1', metadata.creationTimestamp, { wet: true }]);
  });

  test('a change is repeated on the current state when someone else writes in between', async () => {
    await pots.create(mint);
    let tries = 0;
    const changed = await pots.modify(key, (now) => {
      tries += 1;
      if (tries === 1) void store.patch({ ...potKind, ...key }, { metadata: { labels: { sun: 'yes' } } });
      return { ...now, spec: { ...now.spec, litres: 9 } };
    });
    assert.deepEqual([tries, changed.spec.litres, changed.metadata.labels], [2, 9, { sun: 'yes' }]);
  });

  test('an object that is known is not read before it is changed, unless it has changed meanwhile', async () => {
    const known = await pots.create(mint);
    const wet = (now: Pot): Pot => ({ ...now, status: { wet: true, litres: now.spec.litres } });
    const reads = readsOf();
    const once = await pots.modifyStatus(key, wet, { known });
    assert.deepEqual([reads(), once.status], [1, { wet: true, litres: 3 }]);
    await store.patch({ ...potKind, ...key }, { spec: { litres: 9 } });
    const again = await pots.modifyStatus(key, wet, { known: once });
    assert.deepEqual([again.status, again.spec.litres], [{ wet: true, litres: 9 }, 9]);
  });

  test('a change of the status leaves the rest alone, and one of the rest the status', async () => {
    const known = await pots.create(mint);
    const all = (now: Pot): Pot => ({ ...now, spec: { ...now.spec, litres: 9 }, status: { wet: true } });
    const ofStatus = await pots.modifyStatus(key, all, { known });
    assert.deepEqual([ofStatus.spec.litres, ofStatus.status], [3, { wet: true }]);
    const ofSpec = await pots.modify(key, (now) => ({ ...all(now), status: {} }));
    assert.deepEqual([ofSpec.spec.litres, ofSpec.status], [9, { wet: true }]);
  });

  test('a change to nothing writes nothing, and an aborted one neither', async () => {
    const { metadata: before } = await pots.create(mint);
    const same = await pots.modify(key, (now) => now);
    assert.equal(same.metadata.resourceVersion, before.resourceVersion);
    const signal = AbortSignal.abort();
    await assert.rejects(
      pots.modify(key, (now) => ({ ...now, status: { wet: true } }), { signal }),
      { name: 'AbortError' },
    );
    assert.equal((await pots.get(key)).status, undefined);
  });

  test('an object is changed, or created if there is none of its name, which may come in between', async () => {
    const wet = () => pots.modifyStatus(key, (now) => ({ ...now, status: { wet: true } }));
    assert.equal((await pots.modifyOrCreate(wet, mint)).status, undefined);
    assert.deepEqual((await pots.modifyOrCreate(wet, mint)).status, { wet: true });
    await pots.delete(key);
    const create = store.create.bind(store);
    store.create = async (object) => {
      store.create = create;
      await create(object);
      return await create(object);
    };
    assert.deepEqual((await pots.modifyOrCreate(wet, mint)).status, { wet: true });
  });
});
