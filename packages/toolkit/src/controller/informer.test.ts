import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, settled } from '../clock/manual-clock.ts';
import { KindClient } from '../client/kind-client.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { newUid } from '../object/uid.ts';
import { MemoryStore } from '../store/memory.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { Informer } from './informer.ts';

const potKind = {
  group: 'garden.example',
  version: 'v1',
  resource: 'pots',
  kind: 'Pot',
  isNamespaced: true,
  hasStatus: true,
  decode: (pot: KubeObject) => pot,
};
const pot = (name: string) => ({
  apiVersion: 'garden.example/v1',
  kind: 'Pot',
  metadata: { name, uid: newUid() },
  spec: {},
  status: {},
});

test('Informer: of selected objects, it knows these alone', async () => {
  const store = new MemoryStore();
  for (const name of ['a', 'b']) await store.create(pot(name));
  const stop = new AbortController();
  const pots = new KindClient(new StoreObjectClient(store, [potKind]), potKind);
  const fields = [{ field: 'metadata.name', operator: '=', value: 'a' } as const];
  const informer = new Informer(pots, new ManualClock(), () => {}, { fields });
  const heard: string[] = [];
  informer.onChange(({ metadata }, isGone) => heard.push(`${isGone ? '-' : '+'}${metadata.name}`));
  const running = informer.run(stop.signal);
  await informer.synced;
  for (const name of ['b', 'a']) await store.delete({ ...potKind, name });
  await settled();
  assert.deepEqual(heard, ['+a', '-a']);
  stop.abort();
  await running;
});

test('Informer: knows what is there, hears of changes, and finds out what it missed when a watch breaks', async () => {
  const store = new MemoryStore();
  await store.create(pot('a'));
  const gone = await store.create(pot('gone'));
  const clock = new ManualClock();
  const stop = new AbortController();
  let breakWatch = new AbortController();
  const breakable = Object.create(store) as MemoryStore;
  breakable.list = (kind) => store.list(kind);
  breakable.watch = async function* (kind, revision, signal) {
    yield* store.watch(kind, revision, AbortSignal.any([signal, breakWatch.signal]));
    if (!signal.aborted) throw new Error('the connection is lost');
  };
  const informer = new Informer(
    new KindClient(new StoreObjectClient(breakable, [potKind]), potKind),
    clock,
    () => {},
  );
  const heard: string[] = [];
  informer.onChange((object, isGone) => heard.push(`${isGone ? '-' : '+'}${object.metadata.name}`));
  const running = informer.run(stop.signal);
  await informer.synced;
  assert.deepEqual(heard, ['+a', '+gone']);
  await store.create(pot('b'));
  await settled();
  assert.deepEqual(heard.slice(2), ['+b']);
  breakWatch.abort();
  await settled();
  await store.create(pot('c'));
  await store.delete({ ...potKind, name: gone.metadata.name });
  breakWatch = new AbortController();
  await clock.advance(1_000);
  assert.deepEqual(heard.slice(3), ['+c', '-gone']);
  assert.deepEqual(
    informer.list().map(({ metadata }) => metadata.name),
    ['a', 'b', 'c'],
  );
  assert.equal(informer.get('default/c')?.metadata.name, 'c');
  stop.abort();
  await running;
});
