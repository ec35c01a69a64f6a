import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MemoryStore } from '../../store/memory.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { testClientContract } from '../client.contract.ts';
import { pot, pots } from '../garden.sample.ts';
import type { ManageFields } from '../object-client.ts';
import { gardenIn } from './store-garden.sample.ts';
import type { ServedKind } from './served-kind.ts';
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

test('StoreObjectClient: who manages fields is asked once for each write, with the defaults and before the rules', async () => {
  using store = new MemoryStore();
  let checks = 0;
  const counted: ServedKind = { ...pots, problems: (...given) => ((checks += 1), pots.problems!(...given)) };
  const client = new StoreObjectClient(store, [counted]);
  const asked: unknown[] = [];
  const manage: ManageFields = (next, old) => {
    asked.push([old?.spec, next.spec]);
    return { ...next, metadata: { ...next.metadata, annotations: { by: 'me' } } };
  };
  const made = await client.create(pots, pot('home', 'a'), { manage });
  const patch = { type: 'merge', changes: { spec: { size: 4 } } } as const;
  const key = { ...pots, namespace: 'home', name: 'a' };
  const tried = await client.patch(key, patch, { manage, dryRun: true });
  const wet = { ...made, status: { wet: true } };
  await client.updateStatus(pots, wet, { manage });
  assert.deepEqual(asked, [
    [undefined, { size: 3 }],
    [{ size: 3 }, { size: 4 }],
    [{ size: 3 }, { size: 3 }],
  ]);
  assert.equal(checks, asked.length);
  assert.deepEqual(
    [made, tried].map(({ metadata }) => metadata.annotations),
    [{ by: 'me' }, { by: 'me' }],
  );
});
