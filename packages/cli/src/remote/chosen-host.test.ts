import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { FlagValues } from '../arguments/command.ts';
import type { Io } from '../io.ts';
import { chosenHost } from './chosen-host.ts';
import { ContextStore } from './context-store.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'ignite-contexts-'))));
afterEach(() => rmSync(dir, { recursive: true }));

function chosen(flags: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
  const all = { XDG_CONFIG_HOME: dir, ...env };
  const io: Io = {
    out: { write: () => {} },
    err: { write: () => {} },
    isTty: false,
    isColoured: false,
    env: all,
  };
  return chosenHost({ flags: new FlagValues(new Map(Object.entries(flags))), io });
}

test('a flag takes precedence over a variable, a host over a context, and these over the context in use', async () => {
  assert.deepEqual(chosen({}), { kind: 'local' });
  const store = new ContextStore({ XDG_CONFIG_HOME: dir });
  await store.create('lab', { host: 'ssh://lab' }, {});
  await store.use('lab');
  assert.deepEqual(chosen({}), { kind: 'context', name: 'lab' });
  assert.deepEqual(chosen({}, { IGNITE_CONTEXT: 'site' }), { kind: 'context', name: 'site' });
  const both = { IGNITE_CONTEXT: 'site', IGNITE_HOST: 'ssh://a' };
  assert.deepEqual(chosen({}, both), { kind: 'address', address: 'ssh://a' });
  assert.deepEqual(chosen({ context: 'lab' }, both), { kind: 'context', name: 'lab' });
  assert.deepEqual(chosen({ host: 'ssh://b' }, both), { kind: 'address', address: 'ssh://b' });
  assert.deepEqual(chosen({ context: 'default' }, both), { kind: 'local' });
  assert.throws(() => chosen({ host: 'ssh://b', context: 'lab' }), { code: 'USAGE_INVALID' });
});

test('credentials are files of their own that nobody else may read, and go with the context', async () => {
  const store = new ContextStore({ XDG_CONFIG_HOME: dir });
  await store.create('lab', { host: 'https://lab:1' }, { token: 'secret', ca: 'PEM' });
  const folder = join(dir, 'ignite/contexts/lab');
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder))
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  assert.deepEqual(await store.read('lab'), { host: 'https://lab:1' });
  assert.deepEqual(await store.credentials('lab'), { token: 'secret', ca: 'PEM' });
  await assert.rejects(store.create('lab', { host: 'ssh://x' }, {}), { code: 'CONTEXT_TAKEN' });
  await store.use('lab');
  await store.remove('lab');
  assert.deepEqual(chosen({}), { kind: 'local' });
  assert.deepEqual(await store.names(), []);
});

test('a name cannot lead out of the folder of contexts', async () => {
  const store = new ContextStore({ XDG_CONFIG_HOME: dir });
  for (const name of ['', '.', '..', '../x', 'a/b', 'default'])
    await assert.rejects(store.create(name, { host: 'ssh://x' }, {}), { code: 'CONTEXT_INVALID' }, name);
  await assert.rejects(store.read('../lab'), { code: 'CONTEXT_NOT_FOUND' });
  await assert.rejects(store.use('../lab'), { code: 'CONTEXT_NOT_FOUND' });
});
