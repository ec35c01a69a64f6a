import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pot, pots } from '@ignite/toolkit/client/garden.sample';
import { parseFieldSelector } from '@ignite/toolkit/client/field-selector';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import type { WatchEvent } from '@ignite/toolkit/client/object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { DerivedObjects } from './derived-objects.ts';

const plants = { group: '', version: 'v1', resource: 'plants' };
const size = ({ spec }: { readonly spec?: unknown }): number => (spec as { readonly size: number }).size;

/** Shows each pot as a plant that grows in it. */
function plantsOver(store: MemoryStore) {
  const client = new StoreObjectClient(store, [pots]);
  const shown = new DerivedObjects(client, {
    from: pots,
    showing: async () => (object) => ({
      ...object,
      apiVersion: 'v1',
      kind: 'Plant',
      spec: { height: size(object) * 2 },
    }),
  });
  return { client, shown };
}

const told = (event: WatchEvent): string =>
  event.type === 'BOOKMARK' ? event.type : `${event.type} ${event.object.kind} ${event.object.metadata.name}`;

test('DerivedObjects: are read, selected and counted by what they show', async () => {
  using store = new MemoryStore();
  const { client, shown } = plantsOver(store);
  for (const [name, wanted] of [
    ['a', 1],
    ['b', 2],
    ['c', 2],
  ] as const)
    await client.create(pots, pot('home', name, { size: wanted }));
  const one = await shown.get({ ...plants, namespace: 'home', name: 'b' });
  assert.deepEqual([one.kind, one.spec], ['Plant', { height: 4 }]);
  const fields = parseFieldSelector('spec.height=4');
  const page = await shown.list(plants, { namespace: 'home', fields, limit: 1 });
  assert.deepEqual(
    [page.items.map(({ metadata }) => metadata.name), page.remainingItemCount],
    [['b'], 1],
    'the page has what is selected',
  );
  const rest = await shown.list(plants, { namespace: 'home', fields, continue: page.continue });
  assert.deepEqual(
    rest.items.map(({ metadata }) => metadata.name),
    ['c'],
  );
  await assert.rejects(shown.get({ ...plants, namespace: 'home', name: 'd' }), { code: 'NOT_FOUND' });
});

test('DerivedObjects: a watch tells when an object begins to be selected, and when it ceases to', async () => {
  using store = new MemoryStore();
  const { client, shown } = plantsOver(store);
  const made = await client.create(pots, pot('home', 'a', { size: 1 }));
  const stop = new AbortController();
  const events = shown.watch(plants, {
    namespace: 'home',
    fields: parseFieldSelector('spec.height!=2'),
    signal: stop.signal,
  });
  const next = async (): Promise<string> => told((await events.next()).value as WatchEvent);
  assert.equal(await next(), 'BOOKMARK', 'nothing is selected yet');
  const grown = await client.update(pots, { ...made, spec: { size: 2 } });
  let seen = await next();
  while (seen === 'BOOKMARK') seen = await next();
  assert.equal(seen, 'ADDED Plant a');
  await client.update(pots, { ...grown, spec: { size: 1 } });
  seen = await next();
  while (seen === 'BOOKMARK') seen = await next();
  assert.equal(seen, 'DELETED Plant a');
  stop.abort();
});
