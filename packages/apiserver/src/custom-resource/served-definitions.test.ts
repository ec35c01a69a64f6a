import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { ManualClock, settled } from '@ignite/toolkit/clock/manual-clock';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { servedDefinitionKind } from './definition/definition-kind.ts';
import { potDefinition } from './pot.sample.ts';
import { ServedDefinitions } from './served-definitions.ts';

/** Definitions in a store. Objects of a resource that is among `broken` cannot be listed. */
function openDefinitions() {
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
  const running = definitions.run({ client, clock, log: () => {} }, stop.signal);
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

/** Runs definitions over a store until they are complete, and returns how many kinds are known then. */
async function kindsWhenComplete(client: StoreObjectClient): Promise<number> {
  const definitions = new ServedDefinitions();
  const stop = new AbortController();
  assert.equal(definitions.isComplete, false);
  const running = definitions.run({ client, clock: systemClock, log: () => {} }, stop.signal);
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
