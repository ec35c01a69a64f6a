import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newUid } from '../object/uid.ts';
import { MemoryStore } from './memory.ts';
import { SplitStore } from './split-store.ts';
import { testDamagedRecords } from './damaged-record.contract.ts';
import { testStoreContract } from './store.contract.ts';
import type { RowOptions } from './stored-row.ts';

for (const [where, isLocal] of [
  ['local', () => true],
  ['shared', () => false],
] as const) {
  const name = `SplitStore, ${where} kinds`;
  const open = async (options?: RowOptions): Promise<SplitStore> =>
    new SplitStore({ local: new MemoryStore(options), shared: new MemoryStore(options), isLocal });
  testStoreContract(name, open);
  testDamagedRecords(name, open);
}

test('SplitStore: each kind is in one of the stores, with all that happens to it', async () => {
  const [local, shared] = [new MemoryStore(), new MemoryStore()];
  using store = new SplitStore({ local, shared, isLocal: ({ kind }) => kind === 'Pot' });
  const group = 'garden.example';
  for (const kind of ['Pot', 'Plant'])
    await store.create({ apiVersion: `${group}/v1`, kind, metadata: { name: 'a', uid: newUid() } });
  const [pot, plant] = [
    { group, kind: 'Pot', name: 'a' },
    { group, kind: 'Plant', name: 'a' },
  ];
  assert.equal((await local.list(pot)).items.length, 1);
  assert.equal((await shared.list(plant)).items.length, 1);
  assert.equal((await local.list(plant)).items.length + (await shared.list(pot)).items.length, 0);
  await store.delete(pot);
  await assert.rejects(local.get(pot), { code: 'NOT_FOUND' });
  assert.equal((await store.get(plant)).metadata.name, 'a');
});
