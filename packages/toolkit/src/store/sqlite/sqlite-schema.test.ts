import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { KubeObject } from '../../object/kube-object.ts';
import { openSqliteStore, openSqliteStoreReadOnly } from './sqlite-store.ts';

const dir = mkdtempSync(join(tmpdir(), 'sqlite-schema-'));
after(() => rmSync(dir, { recursive: true }));

/** A store that version 0.1.0 wrote: objects of seven kinds in two namespaces, and all their changes. */
const written = readFileSync(join(import.meta.dirname, 'store-0.1.0.sql'), 'utf8');
const ignite = 'ignite.weave.works';
const gitops = 'gitops.weave.works';
let files = 0;

function oldStore(...more: readonly string[]): string {
  const path = join(dir, `${(files += 1)}.db`);
  using db = new DatabaseSync(path);
  db.exec(written);
  for (const sql of more) db.exec(sql);
  return path;
}

/** The rows of a table of the old schema, by what identifies them, without events, which take another form. */
function rowsOf(path: string): readonly Record<string, unknown>[] {
  using db = new DatabaseSync(path, { readOnly: true });
  return db
    .prepare(
      `SELECT kind, namespace, name, json FROM objects WHERE kind <> 'Event' ORDER BY kind, namespace, name`,
    )
    .all();
}

test('migrate: a store of 0.1.0 has everything in it afterwards, and is as it was for whoever watched it', async () => {
  const path = oldStore();
  const before = rowsOf(path);
  using store = openSqliteStore(path);
  assert.deepEqual(rowsOf(path), before);
  const names = async (group: string, kind: string) =>
    (await store.list({ group, kind })).items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  assert.deepEqual(await names(ignite, 'VM'), ['default/db', 'default/leaving', 'default/web']);
  assert.deepEqual(await names(ignite, 'Image'), ['default/registry.example/library/nginx:1.27']);
  assert.deepEqual(await names(ignite, 'Kernel'), ['default/linux-image-cloud-amd64']);
  assert.deepEqual(await names(ignite, 'Volume'), ['default/data']);
  assert.deepEqual(await names(gitops, 'GitSource'), ['default/site']);
  assert.deepEqual(await names(gitops, 'Sync'), ['default/site', 'staging/site']);
  assert.deepEqual(await names(gitops, 'Lease'), ['default/site']);
  assert.equal((await names('events.k8s.io', 'Event')).length, 2);
  const web = await store.get({ group: ignite, kind: 'VM', name: 'web' });
  assert.deepEqual(web.metadata.labels, { app: 'web', tier: 'front' });
  assert.deepEqual(web.metadata.finalizers, ['ignite.weave.works/host']);
  const fields = { 'metadata.uid': web.metadata.uid };
  assert.deepEqual((await store.list({ group: ignite, kind: 'VM' }, { fields })).items, [web]);
  const seen: string[] = [];
  const stop = new AbortController();
  for await (const event of store.watch({ group: ignite, kind: 'VM' }, '4', stop.signal)) {
    if (event.type !== 'BOOKMARK') seen.push(`${event.revision} ${event.type} ${event.object.metadata.name}`);
    if (seen.length === 8) stop.abort();
  }
  assert.deepEqual(seen, [
    '5 MODIFIED website',
    '6 DELETED website',
    '7 ADDED web',
    '8 ADDED db',
    '9 ADDED leaving',
    '10 MODIFIED leaving',
    '11 ADDED gone',
    '12 DELETED gone',
  ]);
  const next = await store.update({ ...web, status: { phase: 'Stopped' } });
  assert.equal(next.metadata.resourceVersion, '21'); // the migration itself took 20
});

test('migrate: events are those of Kubernetes afterwards, and say the same', async () => {
  using store = openSqliteStore(oldStore());
  const [often, once] = (await store.list({ group: 'events.k8s.io', kind: 'Event' })).items;
  const { metadata, ...content } = often!;
  assert.equal(metadata.uid, '38417c9edf9ccd3a');
  assert.deepEqual(content, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    eventTime: '2026-11-01T10:00:09.000000Z',
    reason: 'Started',
    regarding: { kind: 'VM', namespace: 'default', name: 'web', uid: '1000000000000004' },
    note: 'it’s up; "really"',
    type: 'Normal',
    series: { count: 2, lastObservedTime: '2026-11-01T10:00:12.000000Z' },
  });
  assert.deepEqual([once?.['type'], once?.['series']], ['Warning', null]);
});

test('migrate: a damaged record stays with its kind, so that it can still be told of and removed', async () => {
  const path = oldStore(`UPDATE objects SET json = '{"kin' WHERE kind = 'VM' AND name = 'db'`);
  using store = openSqliteStore(path);
  const { items, broken } = await store.list({ group: ignite, kind: 'VM' });
  assert.equal(items.length, 2);
  assert.deepEqual(
    broken?.map(({ key }) => key),
    [{ group: ignite, kind: 'VM', namespace: 'default', name: 'db' }],
  );
});

test('migrate: changes that 0.1.0 no longer had are missing for every kind', async () => {
  const path = oldStore('DELETE FROM changes WHERE revision <= 10');
  using store = openSqliteStore(path);
  for (const kind of ['VM', 'Shed']) {
    const watching = store.watch({ group: ignite, kind }, '9', AbortSignal.timeout(5_000));
    await assert.rejects(Array.fromAsync(watching), { code: 'REVISION_TOO_OLD' });
  }
});

test('migrate: whoever only reads brings an old store up to date too', async () => {
  const path = oldStore();
  using reader = openSqliteStoreReadOnly(path);
  assert.equal((await reader?.list({ group: ignite, kind: 'VM' }))?.items.length, 3);
});

test('migrate: objects of an older program are upgraded once, and whoever watched their kind lists it anew', async () => {
  const path = oldStore();
  const upgrade = (object: KubeObject): KubeObject =>
    object.kind === 'Image' ? { ...object, metadata: { ...object.metadata, name: 'nginx' } } : object;
  const image = { group: ignite, kind: 'Image' };
  {
    using store = openSqliteStore(path, { upgrade });
    const { items, revision } = await store.list(image);
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['nginx'],
    );
    const old = store.watch(image, String(Number(revision) - 1), AbortSignal.timeout(5_000));
    await assert.rejects(Array.fromAsync(old), { code: 'REVISION_TOO_OLD' });
    for await (const event of store.watch({ group: ignite, kind: 'VM' }, '4', AbortSignal.timeout(5_000))) {
      assert.equal(event.type, 'MODIFIED'); // other kinds keep their changes
      break;
    }
  }
  const refuse = (): never => assert.fail('the objects are those of today');
  using again = openSqliteStore(path, { upgrade: refuse });
  assert.equal((await again.get({ ...image, name: 'nginx' })).kind, 'Image');
});

test('migrate: an object that leaves its namespace is found without one, even in a store of schema 4', async () => {
  const path = oldStore();
  openSqliteStore(path)[Symbol.dispose]();
  {
    using db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 4');
  }
  const upgrade = (object: KubeObject): KubeObject =>
    object.kind === 'Kernel' ? { ...object, metadata: { ...object.metadata, namespace: '' } } : object;
  using store = openSqliteStore(path, { upgrade });
  const kernel = { group: ignite, kind: 'Kernel', name: 'linux-image-cloud-amd64' };
  assert.equal((await store.get({ ...kernel, namespace: '' })).metadata.namespace, '');
  await assert.rejects(store.get({ ...kernel, namespace: 'default' }), { code: 'NOT_FOUND' });
  assert.equal((await store.list(kernel)).items.length, 1);
});

test('openSqliteStore: a store of a newer schema is refused and left as it is', () => {
  const path = oldStore();
  openSqliteStore(path)[Symbol.dispose]();
  {
    using db = new DatabaseSync(path);
    db.exec('ALTER TABLE objects ADD COLUMN colour TEXT; PRAGMA user_version = 99');
  }
  const before = readFileSync(path);
  assert.throws(() => openSqliteStore(path), { code: 'STORE_TOO_NEW', message: /schema 99/ });
  assert.throws(() => openSqliteStoreReadOnly(path), { code: 'STORE_TOO_NEW' });
  assert.deepEqual(readFileSync(path), before);
});

test('SqliteStore: an open store that a newer program has migrated is not written any more', async () => {
  const path = oldStore();
  using store = openSqliteStore(path);
  using db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  const uid = '0';
  const object = { apiVersion: 'v1', kind: 'Pot', metadata: { name: 'a', uid } };
  await assert.rejects(store.create(object), { code: 'STORE_TOO_NEW' });
});

test('openSqliteStore: a file that is no database is no store', () => {
  const path = join(dir, 'no.db');
  writeFileSync(path, 'x'.repeat(4_096));
  assert.throws(() => openSqliteStore(path), /not a database/);
});
