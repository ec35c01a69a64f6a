import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MemoryStore } from '../../store/memory.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { testClientContract } from '../client.contract.ts';
import { pot, pots } from '../garden.sample.ts';
import { gardenIn } from './store-garden.sample.ts';
import { StoreObjectClient } from './store-object-client.ts';

const dir = mkdtempSync(join(tmpdir(), 'store-client-'));
after(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;

testClientContract('StoreObjectClient in memory', async () => gardenIn(new MemoryStore()));
testClientContract('StoreObjectClient on SQLite', async () =>
  gardenIn(openSqliteStore(join(dir, `${(files += 1)}.db`))),
);

test('StoreObjectClient: an object that was stored under other rules can be changed, but gets no worse', async () => {
  using store = new MemoryStore();
  const client = new StoreObjectClient(store, [pots]);
  const metadata = { namespace: 'home', name: 'old', uid: 'old', labels: { place: 'front garden' } };
  const old = await store.create({ ...pot('home', 'old', { size: 1 }), metadata });
  const wet = await client.updateStatus(pots, { ...old, status: { wet: true } });
  assert.deepEqual(wet.status, { wet: true });
  const finalizers = ['garden.example/water'];
  const held = await client.update(pots, { ...wet, metadata: { ...wet.metadata, finalizers } });
  assert.deepEqual(held.metadata.finalizers, finalizers);
  const labels = { place: 'back garden' };
  await assert.rejects(client.update(pots, { ...held, metadata: { ...held.metadata, labels } }), {
    code: 'INVALID',
  });
});
