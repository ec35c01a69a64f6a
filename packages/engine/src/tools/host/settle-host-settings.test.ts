import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHostSettings, thisHostOf } from './host-settings.ts';
import { storePath } from './paths.ts';
import { nameOfMachine, settleHostSettings } from './settle-host-settings.ts';

function setUp() {
  const dir = mkdtempSync(join(tmpdir(), 'host-settings-'));
  const paths = { dataDir: dir, runDir: dir };
  return { dir, paths, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

test('the name of a host is settled once, and no longer depends on the machine or the environment', () => {
  using host = setUp();
  const settled = settleHostSettings(host.paths, { IGNITE_HOST_NAME: 'rack-1.a' });
  assert.equal(settled.name, 'rack-1.a');
  assert.deepEqual(settleHostSettings(host.paths, {}), settled);
  assert.deepEqual(readHostSettings(host.paths), settled);
  assert.throws(() => settleHostSettings(host.paths, { IGNITE_HOST_NAME: 'b' }), {
    code: 'HOST_NAME_SETTLED',
  });
  assert.deepEqual(readdirSync(host.dir), ['host.json']);
});

test('the store is settled with the name, unless an older version has stored VMs in a file already', () => {
  using host = setUp();
  const asked = { IGNITE_STORE: 'etcd://10.0.0.1' };
  const settled = settleHostSettings(host.paths, asked);
  assert.deepEqual([settled.store, thisHostOf(settled).isAlone], ['etcd://10.0.0.1', false]);
  assert.deepEqual(settleHostSettings(host.paths, {}), settled);
  assert.throws(() => settleHostSettings(host.paths, { IGNITE_STORE: 'etcd://10.0.0.2' }), {
    code: 'STORE_SETTLED',
  });
  using old = setUp();
  writeFileSync(storePath(old.paths), '');
  assert.throws(() => settleHostSettings(old.paths, asked), { code: 'STORE_SETTLED' });
  assert.equal(thisHostOf(settleHostSettings(old.paths, {})).isAlone, true);
});

test('a command that only reads settles nothing', () => {
  using host = setUp();
  assert.equal(readHostSettings(host.paths), undefined);
  assert.deepEqual(readdirSync(host.dir), []);
});

test('names that Kubernetes would not take for a node are refused, and so are damaged settings', () => {
  using host = setUp();
  for (const name of ['', 'A', 'a_b', '-a', 'a'.repeat(64)])
    assert.throws(() => settleHostSettings(host.paths, { IGNITE_HOST_NAME: name }), {
      code: 'HOST_NAME_INVALID',
    });
  for (const text of [
    '',
    '{',
    'null',
    '{"name":"a"}',
    '{"name":"A","uid":"u"}',
    '{"name":"a","uid":"u","store":1}',
  ]) {
    writeFileSync(join(host.dir, 'host.json'), text);
    assert.throws(() => readHostSettings(host.paths), { code: 'HOST_SETTINGS_INVALID' }, text);
  }
});

test('nameOfMachine: the name of any machine becomes the name of a host', () => {
  for (const [machine, name] of [
    ['Web-1.Example.org', 'web-1.example.org'],
    ['my_laptop', 'my-laptop'],
    ['-x-.-', 'x'],
    ['', 'host'],
    [`${'a'.repeat(62)}-b`, 'a'.repeat(62)],
  ] as const)
    assert.equal(nameOfMachine(machine), name);
});
