import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { completeSpec } from './complete-spec.ts';
import { KindStore } from './kind-store.ts';
import { MemoryStore } from './memory.ts';
import { objectKind } from '../scheme/object-kind.ts';

interface Pot extends KubeObject {
  readonly kind: 'Pot';
  readonly spec: { readonly plant: string; readonly litres: number };
}

const spec = v.strictObject({ plant: v.string(), litres: v.optional(v.number(), 5) });
const group = 'garden.example';
const potResource = { group, kind: 'Pot', plural: 'pots', scope: 'Namespaced' } as const;
const potKind = objectKind<Pot>(potResource, `${group}/v1`, completeSpec(spec));
const metadata = { name: 'a', uid: '1' };
const mint = { metadata, spec: { plant: 'mint', litres: 3 } };
const name = 'a';

let store: MemoryStore;
let pots: KindStore<Pot>;
beforeEach(() => {
  store = new MemoryStore();
  pots = new KindStore(store, potKind);
});

/** Stores a pot as an older program did, which knew no litres. */
const storeOld = async (plant: unknown = 'mint'): Promise<KubeObject> =>
  await store.create({ apiVersion: 'garden.example/v1', kind: 'Pot', metadata, spec: { plant } });

describe('KindStore', () => {
  test('an object that an older program has stored has the defaults of the kind, however it is read', async () => {
    await storeOld();
    const wanted = { plant: 'mint', litres: 5 };
    assert.deepEqual((await pots.get({ name })).spec, wanted);
    assert.deepEqual((await pots.find({ name }))?.spec, wanted);
    assert.deepEqual((await pots.findByUid('1'))?.spec, wanted);
    const { items, revision } = await pots.list();
    assert.deepEqual([items[0]?.spec, revision], [wanted, '1']);
    const stop = new AbortController();
    for await (const event of pots.watch('0', stop.signal)) {
      assert.deepEqual(event.type !== 'BOOKMARK' && event.object.spec, wanted);
      stop.abort();
    }
  });

  test('a spec that the schema refuses is read as it is', async () => {
    await storeOld(5);
    assert.deepEqual((await pots.get({ name })).spec, { plant: 5 });
  });

  test('objects of a kind of the cluster are in no namespace, and others in the default one', async () => {
    const shedKind = objectKind({ group, kind: 'Shed', plural: 'sheds', scope: 'Cluster' }, `${group}/v1`);
    const sheds = new KindStore(store, shedKind);
    await sheds.createOrModify({ metadata }, (known) => known);
    assert.equal((await sheds.get({ name })).metadata.namespace, '');
    assert.equal((await pots.create({ ...mint, status: {} })).metadata.namespace, 'default');
    const place = { group: 'garden.example', kind: 'Shed', name };
    assert.equal((await store.get({ ...place, namespace: '' })).metadata.uid, '1');
    await sheds.delete({ name });
    assert.equal(await sheds.find({ name }), undefined);
  });

  test('what is absent is not found, which is no failure', async () => {
    assert.equal(await pots.find({ name }), undefined);
    assert.equal(await pots.findByUid('1'), undefined);
    await assert.rejects(pots.get({ name }), { code: 'NOT_FOUND' });
  });

  test('a change is repeated on the current state when someone else writes in between', async () => {
    await pots.create(mint);
    let tries = 0;
    const changed = await pots.modify({ name }, (now) => {
      tries += 1;
      if (tries === 1) void store.patch({ ...potKind, name }, { metadata: { labels: { sun: 'yes' } } });
      return { ...now, spec: { ...now.spec, litres: 9 } };
    });
    assert.deepEqual([tries, changed.spec.litres, changed.metadata.labels], [2, 9, { sun: 'yes' }]);
  });

  test('a change to nothing writes nothing, and an aborted one neither', async () => {
    const { metadata: before } = await pots.create(mint);
    const same = await pots.modify({ name }, (now) => now);
    assert.equal(same.metadata.resourceVersion, before.resourceVersion);
    const signal = AbortSignal.abort();
    await assert.rejects(
      pots.modify({ name }, (now) => ({ ...now, status: { wet: true } }), { signal }),
      { name: 'AbortError' },
    );
    assert.equal((await pots.get({ name })).status, undefined);
  });

  test('an object is created, or changed if one of its name is there, which may go in between', async () => {
    const bigger = (known: Pot): Pot => ({ ...known, spec: { ...known.spec, litres: 9 } });
    assert.equal((await pots.createOrModify(mint, bigger)).spec.litres, 3);
    assert.equal((await pots.createOrModify(mint, bigger)).spec.litres, 9);
    const get = store.get.bind(store);
    store.get = async (key) => {
      store.get = get;
      await store.delete(key);
      return await get(key);
    };
    assert.equal((await pots.createOrModify(mint, bigger)).spec.litres, 3);
  });
});
