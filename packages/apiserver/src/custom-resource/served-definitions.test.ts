import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { systemClock } from '@ignite/toolkit/clock/clock';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { servedDefinitionKind } from './definition/definition-kind.ts';
import { potDefinition } from './pot.sample.ts';
import { ServedDefinitions } from './served-definitions.ts';

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
