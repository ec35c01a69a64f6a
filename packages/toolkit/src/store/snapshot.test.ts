import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SnapshotReader } from './snapshot.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import { RowDecoder } from './stored-row.ts';

const dir = mkdtempSync(join(tmpdir(), 'snapshot-'));
after(() => rmSync(dir, { recursive: true }));

const path = join(dir, 'state.db');
const snapshot = { path: join(dir, 'snapshot'), gid: 4_343 };
const potKind = { group: 'garden.example', kind: 'Pot' };
const pot = { apiVersion: 'garden.example/v1', kind: 'Pot', spec: {}, status: {} };
const reader = new SnapshotReader(snapshot.path, new RowDecoder());

test('SnapshotWriter: what was written is in a file for one group when the store is closed', async () => {
  {
    using store = openSqliteStore(path, { snapshot });
    await store.create({ ...pot, metadata: { name: 'a', uid: '1' } });
  }
  const { mode, gid } = statSync(snapshot.path);
  assert.deepEqual([mode & 0o777, gid], [0o640, 4_343]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(
    (await reader.list(potKind)).items.map(({ metadata }) => metadata.name),
    ['a'],
  );
  assert.deepEqual((await reader.list({ ...potKind, kind: 'Pan' })).items, []);
});

test('SnapshotWriter: what another process wrote without one is there once someone opens the store', async () => {
  {
    using store = openSqliteStore(path);
    await store.create({ ...pot, metadata: { name: 'b', uid: '2' } });
  }
  assert.equal((await reader.list(potKind)).items.length, 1);
  openSqliteStore(path, { snapshot })[Symbol.dispose]();
  assert.equal((await reader.list(potKind)).items.length, 2);
});

test('SnapshotReader: a watch tells what differs from one snapshot to the next', async () => {
  const stop = new AbortController();
  const { revision } = await reader.list(potKind);
  const told: string[] = [];
  {
    using store = openSqliteStore(path, { snapshot });
    await store.create({ ...pot, metadata: { name: 'c', uid: '3' } });
    await store.delete({ ...potKind, name: 'a' });
  }
  for await (const event of reader.watch(potKind, revision, stop.signal)) {
    if (event.type !== 'BOOKMARK') told.push(`${event.type} ${event.object.metadata.name}`);
    else stop.abort();
  }
  // An object that was gone before the watch began is not reported.
  assert.deepEqual(told, ['ADDED c']);
});

test('SnapshotReader: a file that version 0.1.0 has written, without groups, is read as it is', async () => {
  const path = join(dir, 'old-snapshot');
  const { items } = await reader.list(potKind);
  const rows = items.map((object) => ({
    kind: 'Pot',
    namespace: 'default',
    name: object.metadata.name,
    json: JSON.stringify(object),
  }));
  writeFileSync(path, JSON.stringify({ revision: 9, rows }));
  const old = await new SnapshotReader(path, new RowDecoder()).list(potKind);
  assert.deepEqual(old, { revision: '9', items, broken: [] });
});

test('SnapshotReader: a file that is empty, or none of ours, is no store without objects', async () => {
  truncateSync(snapshot.path);
  await assert.rejects(reader.list(potKind), { code: 'STORE_EMPTY' });
  writeFileSync(snapshot.path, '{"revision":1}');
  await assert.rejects(reader.list(potKind), { code: 'STORE_EMPTY' });
});
