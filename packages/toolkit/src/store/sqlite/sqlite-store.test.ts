import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { openSqliteStore, openSqliteStoreReadOnly } from './sqlite-store.ts';
import { testDamagedRecords } from '../damaged-record.contract.ts';
import { testStoreContract } from '../store.contract.ts';

const dir = mkdtempSync(join(tmpdir(), 'store-test-'));
after(() => rmSync(dir, { recursive: true, force: true }));
let files = 0;
const newPath = (): string => join(dir, `${(files += 1)}`, 'state.db');

testStoreContract('SqliteStore', async () => openSqliteStore(newPath()));
testDamagedRecords('SqliteStore', async (options) => openSqliteStore(newPath(), options));

const potKind = { group: 'garden.example', kind: 'Pot' };
const pot = { apiVersion: 'garden.example/v1', kind: 'Pot', spec: {}, status: {} };

test('SqliteStore: what was written is there when it is opened again, and for readers', async () => {
  const path = newPath();
  assert.equal(openSqliteStoreReadOnly(path), undefined);
  {
    using store = openSqliteStore(path);
    await store.create({ ...pot, metadata: { name: 'a', uid: '1' } });
  }
  using reader = openSqliteStoreReadOnly(path);
  assert.equal((await reader?.get({ ...potKind, name: 'a' }))?.metadata.uid, '1');
});

test('SqliteStore: its files are their owner’s alone, whatever the umask, and what an older one left open is closed', async () => {
  const before = process.umask(0);
  try {
    const path = newPath();
    openSqliteStore(path)[Symbol.dispose]();
    assert.deepEqual(readdirSync(dirname(path)), ['state.db']);
    chmodSync(path, 0o644);
    using store = openSqliteStore(path);
    await store.create({ ...pot, metadata: { name: 'a', uid: '1' } });
    const modes = readdirSync(dirname(path)).map((name) => statSync(join(dirname(path), name)).mode & 0o777);
    assert.deepEqual(modes, [0o600, 0o600, 0o600]);
  } finally {
    process.umask(before);
  }
});

test('SqliteStore: a watch from a revision that is not there yet is told to list again', async () => {
  using store = openSqliteStore(newPath());
  await store.create({ ...pot, metadata: { name: 'a', uid: '1' } });
  const ofAnother = store.watch(potKind, '1000', new AbortController().signal);
  await assert.rejects(ofAnother[Symbol.asyncIterator]().next(), { code: 'REVISION_TOO_OLD' });
});

test('SqliteStore: whoever waits for a write goes on before those who watch, however many promises are between', async () => {
  using store = openSqliteStore(newPath());
  const order: string[] = [];
  const watch = async (): Promise<void> => {
    for await (const { type } of store.watch(potKind, '0', new AbortController().signal)) {
      if (type !== 'ADDED') continue;
      order.push('watch');
      return;
    }
  };
  const write = async (): Promise<void> => {
    await store.create({ ...pot, metadata: { name: 'a', uid: '1' } });
    for (let at = 0; at < 100; at += 1) await Promise.resolve();
    order.push('write');
  };
  await Promise.all([watch(), write()]);
  assert.deepEqual(order, ['write', 'watch']);
});

test('SqliteStore: a watch that begins when the store is closed is told so', async () => {
  const store = openSqliteStore(newPath());
  store[Symbol.dispose]();
  const watch = store.watch(potKind, '0', new AbortController().signal);
  await assert.rejects(watch[Symbol.asyncIterator]().next(), { code: 'WATCH_CANCELLED' });
});

test('SqliteStore: a watch that is read slowly misses nothing, and others do not wait for it', async () => {
  using store = openSqliteStore(newPath());
  const stop = new AbortController();
  const slow = store.watch(potKind, '0', stop.signal)[Symbol.asyncIterator]();
  const first = slow.next();
  const names = Array.from({ length: 350 }, (_, at) => `p-${String(at).padStart(3, '0')}`);
  await Promise.all(names.map((name) => store.create({ ...pot, metadata: { name, uid: name } })));
  const more = names.map((name) => `q${name}`);
  for (const name of more) await store.create({ ...pot, metadata: { name, uid: name } });
  const seen: string[] = [];
  for (let next = await first; !next.done; next = await slow.next()) {
    if (next.value.type !== 'BOOKMARK') seen.push(next.value.object.metadata.name);
    if (seen.length === names.length + more.length) stop.abort();
  }
  assert.deepEqual(seen, [...names, ...more]);
});

test('SqliteStore: a file without a store is no empty one', () => {
  const path = newPath();
  openSqliteStore(path)[Symbol.dispose]();
  truncateSync(path);
  assert.throws(() => openSqliteStore(path), { code: 'STORE_EMPTY' });
  assert.throws(() => openSqliteStoreReadOnly(path), { code: 'STORE_EMPTY' });
});

test('SqliteStore: a record that is damaged hinders its own object alone, and can be mended', async () => {
  const path = newPath();
  const told: string[] = [];
  using store = openSqliteStore(path, {
    problemOf: ({ spec }) => (spec === 5 ? 'its spec is 5' : undefined),
    onBroken: ({ key, problem }) => told.push(`${key.name}: ${problem}`),
  });
  for (const name of ['a', 'b', 'c', 'd']) await store.create({ ...pot, metadata: { name, uid: name } });
  {
    using db = new DatabaseSync(path);
    const damage = db.prepare('UPDATE objects SET json = ? WHERE name = ?');
    damage.run('{"kind":', 'a');
    damage.run(JSON.stringify({ ...(await store.get({ ...potKind, name: 'b' })), spec: 5 }), 'b');
    damage.run(JSON.stringify(await store.get({ ...potKind, name: 'd' })), 'c');
  }
  for (const _again of [1, 2]) {
    const { items, broken } = await store.list(potKind);
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['d'],
    );
    assert.equal(broken?.length, 3);
  }
  assert.deepEqual(told, ['a: it is not JSON', 'b: its spec is 5', 'c: it belongs to another object']);
  await assert.rejects(store.get({ ...potKind, name: 'a' }), { code: 'OBJECT_BROKEN' });
  await assert.rejects(store.create({ ...pot, metadata: { name: 'a', uid: '9' } }), {
    code: 'ALREADY_EXISTS',
  });
  await assert.rejects(store.mend({ ...pot, metadata: { name: 'd', uid: '9' } }), { code: 'NOT_FOUND' });
  await store.mend({ ...pot, metadata: { name: 'a', uid: '9' } });
  await store.delete({ ...potKind, name: 'a' });
  assert.equal((await store.list(potKind)).broken?.length, 2);
});

/**
 * Starts a process that writes objects one after the other, and prints the name of each that the store has
 * acknowledged.
 */
function startWriter(path: string, prefix: string): ChildProcess {
  const source = `
    import { openSqliteStore } from '${new URL('./sqlite-store.ts', import.meta.url).href}';
    const store = openSqliteStore(process.argv[1]);
    for (let at = 0; ; at += 1) {
      const name = process.argv[2] + '-' + at;
      await store.create({ apiVersion: 'garden.example/v1', kind: 'Pot', metadata: { name, uid: name }, spec: { at, fill: 'x'.repeat(2000) }, status: {} });
      process.stdout.write(name + '\\n');
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', source, path, prefix], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('SqliteStore: a watch sees what another process writes', async () => {
  const path = newPath();
  using store = openSqliteStore(path);
  const writer = startWriter(path, 'w');
  const names: string[] = [];
  const stop = new AbortController();
  for await (const event of store.watch(potKind, '0', stop.signal)) {
    if (event.type !== 'BOOKMARK') names.push(event.object.metadata.name);
    if (names.length >= 20) stop.abort();
  }
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  assert.deepEqual(
    names,
    Array.from(names, (_, at) => `w-${at}`),
  );
});

test('SqliteStore: writers that are killed at 200 points lose nothing acknowledged and tear nothing', async () => {
  const path = newPath();
  openSqliteStore(path)[Symbol.dispose]();
  let seed = 20_260_101;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const acknowledged: string[] = [];
  for (let round = 0; round < 100; round += 1) {
    const writers = [startWriter(path, `r${round}a`), startWriter(path, `r${round}b`)];
    await Promise.all(
      writers.map(async (writer) => {
        const quota = 1 + Math.floor(random() * 12);
        let seen = 0;
        for await (const name of createInterface({ input: writer.stdout! })) {
          acknowledged.push(name);
          if ((seen += 1) === quota) writer.kill('SIGKILL');
        }
      }),
    );
  }
  using store = openSqliteStore(path);
  const { items } = await store.list(potKind);
  const names = new Set(items.map(({ metadata }) => metadata.name));
  assert.ok(acknowledged.length >= 200);
  assert.deepEqual(
    acknowledged.filter((name) => !names.has(name)),
    [],
  );
  for (const { spec } of items) assert.equal((spec as { fill: string }).fill.length, 2_000);
  const revisions: string[] = [];
  const stop = new AbortController();
  for await (const event of store.watch(potKind, '0', stop.signal)) {
    revisions.push(event.revision);
    if (revisions.length === items.length) stop.abort();
  }
  assert.deepEqual(
    revisions,
    Array.from(revisions, (_, at) => String(at + 1)),
  );
});
