import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../store/memory.ts';
import { deleteSeen } from './delete-seen.ts';
import { pot, pots } from './garden.sample.ts';
import { StoreObjectClient } from './over-store/store-object-client.ts';

const key = { ...pots, namespace: 'home', name: 'a' };

test('an object that was seen is deleted, and one that is gone already is no failure', async () => {
  const client = new StoreObjectClient(new MemoryStore(), [pots]);
  const seen = await client.create(pots, pot('home', 'a'));
  await deleteSeen(client, pots, seen);
  await assert.rejects(client.get(key), { code: 'NOT_FOUND' });
  await deleteSeen(client, pots, seen);
});

test('another one that has its name by now stays', async () => {
  const client = new StoreObjectClient(new MemoryStore(), [pots]);
  const seen = await client.create(pots, pot('home', 'a'));
  await client.delete(key);
  const other = await client.create(pots, pot('home', 'a'));
  await deleteSeen(client, pots, seen);
  assert.equal((await client.get(key)).metadata.uid, other.metadata.uid);
});

test('what keeps an object from being deleted is told', async () => {
  const client = new StoreObjectClient(new MemoryStore(), [pots]);
  const seen = await client.create(pots, pot('home', 'a'));
  await assert.rejects(deleteSeen(client, pots, seen, { signal: AbortSignal.abort() }), {
    name: 'AbortError',
  });
});
