import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const dir = mkdtempSync(join(tmpdir(), 'ignite-support-test-'));
after(() => rmSync(dir, { recursive: true }));
const bin = join(import.meta.dirname, '../../../../../bin/ignite');
const env = {
  ...process.env,
  IGNITE_FROM_SOURCE: '1',
  IGNITE_DATA_DIR: join(dir, 'data'),
  IGNITE_RUN_DIR: join(dir, 'run'),
};

function ignite(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(bin, args, { env, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

const needsRoot = process.getuid?.() !== 0 && 'commands that declare need root';

test(
  'support-bundle: it has what helps, for its owner alone, and none of the secrets',
  { skip: needsRoot },
  () => {
    const secret = 'correct-horse';
    const manifest = [
      `apiVersion: v1\nkind: Secret\nmetadata: {name: db, annotations: {note: ${secret}}}\nstringData: {password: ${secret}}\n`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {key: ${secret}}\n`,
    ].join('---\n');
    ignite('apply', '-f', file('objects.yaml', manifest));
    const configured = file(
      'config.yaml',
      `apiVersion: ignite.weave.works/v1\nkind: Configuration\nspec:\n  vmDefaults:\n    env: {PASSWORD: ${secret}}\n    cloudInit: {userData: "${secret}"}\n`,
    );
    const ignited = file(
      'ignited.yaml',
      `apiVersion: ignite.weave.works/v1\nkind: IgnitedConfiguration\nstore: etcd://me:${secret}@10.0.0.1\n`,
    );
    const archive = join(dir, 'bundle.tar.gz');
    const told = ignite('support-bundle', '-o', archive, '--config', ignited, '--ignite-config', configured);
    assert.equal(told, `${archive}\n`);
    assert.equal(statSync(archive).mode & 0o777, 0o600);
    const read = (name: string): string =>
      execFileSync('tar', ['-xzOf', archive, name], { encoding: 'utf8' });
    const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).trim().split('\n');
    assert.deepEqual(names.toSorted(), [
      'config.yaml',
      'doctor.json',
      'ignited.yaml',
      'log.txt',
      'objects.json',
      'version.json',
    ]);
    const all = names.map(read).join('');
    assert.doesNotMatch(all, new RegExp([secret, Buffer.from(secret).toString('base64')].join('|')));
    const objects = JSON.parse(read('objects.json')) as readonly {
      readonly metadata: { readonly name: string };
    }[];
    const found = objects.map(({ metadata }) => metadata.name);
    assert.ok(found.includes('db') && found.includes('web'), found.join(' '));
    assert.match(read('ignited.yaml'), /etcd:\/\/\(hidden\)@10\.0\.0\.1/);
    assert.match(read('config.yaml'), /"PASSWORD": "\(hidden\)"/);
    assert.match(read('version.json'), /"nodeVersion": "v/);
    assert.ok((JSON.parse(read('doctor.json')) as { checks: readonly unknown[] }).checks.length > 0);
  },
);
