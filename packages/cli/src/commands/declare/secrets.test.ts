import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

const dir = mkdtempSync(join(tmpdir(), 'ignite-secrets-'));
after(() => rmSync(dir, { recursive: true }));
const bin = join(import.meta.dirname, '../../../../../bin/ignite');
const [data, run] = [join(dir, 'data'), join(dir, 'run')];
const env = { ...process.env, IGNITE_FROM_SOURCE: '1', IGNITE_DATA_DIR: data, IGNITE_RUN_DIR: run };

function ignite(...args: readonly string[]): {
  readonly code: number;
  readonly out: string;
  readonly err: string;
} {
  const { status, stdout, stderr } = spawnSync(bin, args, { env, encoding: 'utf8' });
  return { code: status ?? -1, out: stdout, err: stderr };
}

/** Writes a manifest of a Secret and a ConfigMap, and returns its path. */
function manifest(password: string): string {
  const file = join(dir, 'web.yaml');
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: ${password}}\n`;
  const configMap = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {colour: red}\n`;
  writeFileSync(file, `${secret}---\n${configMap}`);
  return file;
}

const isRoot = process.getuid?.() === 0;
const [first, second] = ['correct-horse', 'battery-staple'];
const inPlain = new RegExp(
  [first, second].flatMap((text) => [text, Buffer.from(text).toString('base64')]).join('|'),
);

describe('Secrets and ConfigMaps', { skip: !isRoot && 'commands that declare need root' }, () => {
  test('are applied, listed and deleted, and nothing that is not asked to shows the value of a Secret', () => {
    assert.deepEqual(ignite('apply', '-f', manifest(first)).code, 0);
    const diff = ignite('diff', '-f', manifest(second));
    assert.deepEqual([diff.code, diff.err], [1, '']);
    assert.match(diff.out, /^~ Secret\/db: changed live\n +data\.password +\(hidden\) → \(hidden\)\n$/);
    const all = ignite('get', '-o', 'yaml').out;
    const byTemplate = ignite('get', 'secret/db', '--format', '{{.data.password}}').out;
    for (const shown of [diff.out, all, byTemplate]) assert.doesNotMatch(shown, inPlain);
    assert.match(all, /^ +data:\n +password: \(hidden\)$/m);
    assert.match(all, /^ +colour: red$/m);
    const asked = ignite('get', 'secret', 'db', '-o', 'json', '--show-secrets');
    assert.equal(JSON.parse(asked.out).data.password, Buffer.from(first).toString('base64'));
    for (const name of readdirSync(data).filter((each) => each.startsWith('state.')))
      assert.doesNotMatch(readFileSync(join(data, name), 'latin1'), inPlain);
    assert.equal(statSync(join(data, 'secrets.key')).mode & 0o777, 0o600);
  });

  test('without the key, a Secret harms no other object, is told of with a code and a hint, and can be deleted', () => {
    renameSync(join(data, 'secrets.key'), join(dir, 'elsewhere'));
    const list = ignite('get');
    assert.equal(list.code, 0);
    assert.match(list.out, /ConfigMap +web/);
    assert.match(
      list.err,
      /the record of Secret "db" is damaged \(it is encrypted with the key .*"ignite delete secret\/db"/,
    );
    const get = ignite('get', 'secret', 'db');
    assert.equal(get.code, 1);
    assert.match(
      get.err,
      /^error: Secret "db" is encrypted with the key .*\nhint: restore .*secrets\.key from a backup/m,
    );
    assert.equal(ignite('delete', 'secret/db', 'cm/web').out, 'ConfigMap/web removed\nSecret/db removed\n');
  });
});
