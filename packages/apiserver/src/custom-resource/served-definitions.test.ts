import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock, settled } from '@ignite/toolkit/clock/manual-clock';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { CustomResourceDefinition } from './definition/definition.ts';
import { servedDefinitionKind } from './definition/definition-kind.ts';
import { potDefinition } from './pot.sample.ts';
import { type DefinitionsOptions, ServedDefinitions } from './served-definitions.ts';

/** Definitions in a store. Objects of a resource that is among `broken` cannot be listed. */
function openDefinitions({ builtIn = [] }: Partial<Pick<DefinitionsOptions, 'builtIn'>> = {}) {
  const store = new MemoryStore();
  const definitions = new ServedDefinitions();
  const broken = new Set<string>();
  class BreakableClient extends StoreObjectClient {
    override async list(...[resource, options]: Parameters<StoreObjectClient['list']>) {
      if (broken.has(resource.resource)) throw new Error('broken');
      return await super.list(resource, options);
    }
  }
  const client = new BreakableClient(store, () => [servedDefinitionKind, ...definitions.kinds]);
  const clock = new ManualClock();
  const stop = new AbortController();
  const running = definitions.run({ client, builtIn, clock, log: () => {} }, stop.signal);
  return {
    clock,
    broken,
    define: async (plural: string, kind: string): Promise<void> => {
      const { apiVersion, kind: definitionKind, spec } = potDefinition({ names: { plural, kind } });
      const metadata = { name: `${plural}.garden.example` };
      await client.create(servedDefinitionKind, { apiVersion, kind: definitionKind, metadata, spec });
      await settled();
    },
    remove: async (plural: string): Promise<void> => {
      await client.delete({ ...servedDefinitionKind, name: `${plural}.garden.example` });
      await settled();
    },
    names: async (): Promise<readonly string[]> => {
      const { items } = await client.list(servedDefinitionKind);
      return items.map(({ metadata: { name } }) => name.split('.')[0]!);
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
      store[Symbol.dispose]();
    },
  };
}

test('ServedDefinitions: a definition whose names were not accepted is deleted as others are', async () => {
  await using opened = openDefinitions();
  await opened.define('pots', 'Pot');
  await opened.define('jars', 'Pot');
  await opened.remove('jars');
  assert.deepEqual(await opened.names(), ['pots']);
  await opened.remove('pots');
  assert.deepEqual(await opened.names(), []);
});

test('ServedDefinitions: a definition whose objects cannot be deleted keeps no other from being deleted', async () => {
  await using opened = openDefinitions();
  await opened.define('cups', 'Cup');
  await opened.define('pots', 'Pot');
  opened.broken.add('cups');
  await opened.remove('cups');
  await opened.remove('pots');
  assert.deepEqual(await opened.names(), ['cups']);
  opened.broken.clear();
  await opened.clock.advance(60_000);
  assert.deepEqual(await opened.names(), []);
});

test('ServedDefinitions: a definition of a kind that is built in has no effect, also if it is older, and leaves the objects', async () => {
  const potKind: ServedKind = {
    ...{ group: 'garden.example', version: 'v2', resource: 'pots', kind: 'Pot' },
    ...{ isNamespaced: false, hasStatus: false },
  };
  using store = new MemoryStore();
  const run = async (builtIn: readonly ServedKind[], use: Use): Promise<void> => {
    const definitions = new ServedDefinitions();
    const client = new StoreObjectClient(store, () => [
      servedDefinitionKind,
      ...builtIn,
      ...definitions.kinds,
    ]);
    const stop = new AbortController();
    const options = { client, builtIn, clock: new ManualClock(), log: () => {} };
    const running = definitions.run(options, stop.signal);
    await settled();
    await use(client, definitions);
    stop.abort();
    await running;
  };
  const { apiVersion, kind, spec } = potDefinition();
  const definition = { ...servedDefinitionKind, name: 'pots.garden.example' };
  await run([], async (client) => {
    const metadata = { name: definition.name };
    await client.create(servedDefinitionKind, { apiVersion, kind, metadata, spec });
    await settled();
    const pot = { apiVersion: 'garden.example/v1', kind: 'Pot', spec: { clay: 'red' } };
    await client.create(
      { ...potKind, version: 'v1' },
      { ...pot, metadata: { namespace: 'home', name: 'mint' } },
    );
  });
  await run([potKind], async (client, definitions) => {
    assert.deepEqual([definitions.kinds, definitions.resources], [[], []]);
    const { status } = (await client.get(definition)) as CustomResourceDefinition;
    assert.deepEqual(
      status?.conditions?.map((each) => [each.type, each.status, each.message]),
      [
        ['NamesAccepted', 'False', 'the kind Pot of garden.example is built in'],
        ['Established', 'False', 'not all names are accepted'],
      ],
    );
    assert.deepEqual(status.acceptedNames, {});
  });
  // Once the kind is no longer built in, the definition is as it was before.
  await run([], async (client, { resources }) => {
    assert.equal(resources.length, 1);
    assert.equal((await client.list({ ...potKind, version: 'v1' })).items.length, 1);
  });
  await run([potKind], async (client) => {
    await client.delete(definition);
    await settled();
    await assert.rejects(client.get(definition), { code: 'NOT_FOUND' });
    const { items } = await client.list(potKind);
    assert.deepEqual(
      items.map(({ metadata: { name, deletionTimestamp } }) => [name, deletionTimestamp]),
      [['mint', undefined]],
    );
  });
});

type Use = (client: StoreObjectClient, definitions: ServedDefinitions) => Promise<void>;

/** Runs definitions over a store until they are complete, and returns how many kinds are known then. */
async function kindsWhenComplete(client: StoreObjectClient): Promise<number> {
  const definitions = new ServedDefinitions();
  const stop = new AbortController();
  assert.equal(definitions.isComplete, false);
  const running = definitions.run({ client, builtIn: [], clock: systemClock, log: () => {} }, stop.signal);
  while (!definitions.isComplete) await delay(5);
  const { length } = definitions.kinds;
  stop.abort();
  await running;
  return length;
}

test('the kinds are complete once all that are defined are served, also if there are none', async () => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [servedDefinitionKind]);
  assert.equal(await kindsWhenComplete(client), 0);
  const { apiVersion, kind, spec } = potDefinition();
  const metadata = { name: 'pots.garden.example' };
  await client.create(servedDefinitionKind, { apiVersion, kind, metadata, spec });
  await kindsWhenComplete(client);
  assert.ok((await kindsWhenComplete(client)) > 0);
});
