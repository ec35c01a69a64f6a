import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { MemoryStore } from '../memory.ts';
import { openSqliteStore } from '../sqlite/sqlite-store.ts';
import type { BrokenObject, NewObject } from '../store.ts';
import { testStoreContract } from '../store.contract.ts';
import { EncryptedStore } from './encrypted-store.ts';
import { KeyFile } from './key-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'encrypted-store-'));
after(() => rmSync(dir, { recursive: true }));
let places = 0;
const newPlace = (): string => join(dir, String((places += 1)));

const secretKind = { group: '', kind: 'Secret' };
const secret = (name: string, value = 'correct horse'): NewObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, uid: name, labels: { app: 'web' }, annotations: { note: `about ${value}` } },
  type: 'Opaque',
  data: { password: value },
});
const valueIn = (object: object): unknown => (object as { data?: { password?: string } }).data?.password;

/** Opens a store of encrypted Secrets in a file, and collects those that cannot be read. */
function openIn(place: string, broken: BrokenObject[] = []): EncryptedStore {
  const options = { kinds: [secretKind], keys: new KeyFile(`${place}.key`) };
  return new EncryptedStore(openSqliteStore(`${place}.db`), {
    ...options,
    onBroken: (each) => broken.push(each),
  });
}

testStoreContract('EncryptedStore', async () => {
  const keys = new KeyFile(`${newPlace()}.key`);
  return new EncryptedStore(new MemoryStore(), { kinds: [{ group: 'garden.example', kind: 'Pan' }], keys });
});

describe('EncryptedStore', () => {
  test('what is read is what was written, and no file holds it in plain', async () => {
    const place = newPlace();
    {
      using store = openIn(place);
      const made = await store.create(secret('a'));
      assert.equal(valueIn(made), 'correct horse');
      const changed = await store.update({ ...made, data: { password: 'battery staple' } });
      assert.deepEqual(await store.get({ ...secretKind, name: 'a' }), changed);
      assert.deepEqual((await store.list(secretKind, { labels: { app: 'web' } })).items, [changed]);
      const seen = [];
      const stop = new AbortController();
      for await (const event of store.watch(secretKind, '0', stop.signal)) {
        if (event.type !== 'BOOKMARK') seen.push(valueIn(event.object));
        if (seen.length === 2) stop.abort();
      }
      assert.deepEqual(seen, ['correct horse', 'battery staple']);
    }
    const files = readdirSync(dir).filter((name) => name.startsWith(`${places}.db`));
    assert.ok(files.length > 0);
    for (const file of files) assert.doesNotMatch(readFileSync(join(dir, file), 'latin1'), /horse|staple/);
    assert.equal(statSync(`${place}.key`).mode & 0o777, 0o600);
  });

  test('a patch changes what is encrypted, and other kinds are stored in plain', async () => {
    using store = openIn(newPlace());
    await store.create(secret('a'));
    const patched = await store.patch({ ...secretKind, name: 'a' }, { data: { password: 'new' } });
    assert.equal(valueIn(patched), 'new');
    const plain = await store.create({ ...secret('a'), kind: 'ConfigMap' });
    assert.equal(valueIn(plain), 'correct horse');
  });

  test('a record in the place of another one is refused, and the others are listed', async () => {
    const place = newPlace();
    const broken: BrokenObject[] = [];
    using store = openIn(place, broken);
    await store.create(secret('guest', 'known'));
    await store.create(secret('root', 'unknown'));
    using db = new DatabaseSync(`${place}.db`);
    db.exec(`UPDATE objects SET json = (
      SELECT json_set(json, '$.metadata.name', 'guest') FROM objects WHERE name = 'root') WHERE name = 'guest'`);
    await assert.rejects(store.get({ ...secretKind, name: 'guest' }), { code: 'OBJECT_SEALED' });
    assert.deepEqual((await store.list(secretKind)).items.map(valueIn), ['unknown']);
    assert.deepEqual(
      broken.map(({ key }) => key.name),
      ['guest'],
    );
  });

  test('without its key a Secret is told of with what helps, and can still be removed', async () => {
    const place = newPlace();
    using store = openIn(place);
    await store.create(secret('a'));
    rmSync(`${place}.key`);
    using later = openIn(place);
    const key = { ...secretKind, name: 'a' };
    await assert.rejects(later.get(key), {
      code: 'KEY_MISSING',
      message: /^Secret "a" is encrypted with the key [0-9a-f]{8}, which is not in /,
      hint: /^restore .*\.key from a backup/,
    });
    await later.discard(key);
    assert.equal(valueIn(await later.get(key)), undefined);
    await later.delete(key);
  });

  test('another key of the same name, and a file that holds no keys, are told apart', async () => {
    const place = newPlace();
    using store = openIn(place);
    await store.create(secret('a'));
    const [id] = readFileSync(`${place}.key`, 'utf8').split(' ');
    writeFileSync(`${place}.key`, `${id} ${Buffer.alloc(32).toString('base64')}\n`);
    const get = (): Promise<unknown> => openIn(place).get({ ...secretKind, name: 'a' });
    await assert.rejects(get(), { code: 'OBJECT_SEALED' });
    writeFileSync(`${place}.key`, 'nonsense\n');
    await assert.rejects(get(), { code: 'KEY_FILE_INVALID' });
  });

  test('with a new key in front, old records are read and what is written has the new one', async () => {
    const place = newPlace();
    using store = openIn(place);
    await store.create(secret('old'));
    const former = readFileSync(`${place}.key`, 'utf8');
    writeFileSync(`${place}.key`, `next ${Buffer.alloc(32, 7).toString('base64')}\n${former}`);
    await store.create(secret('new'));
    assert.deepEqual((await store.list(secretKind)).items.map(valueIn), ['correct horse', 'correct horse']);
    using db = new DatabaseSync(`${place}.db`);
    const keys = db
      .prepare(`SELECT json_extract(json, '$.sealed.key') AS key FROM objects ORDER BY name`)
      .all();
    assert.deepEqual(
      keys.map(({ key }) => key),
      ['next', former.split(' ')[0]],
    );
  });
});
