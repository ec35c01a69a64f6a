import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newUid } from '@ignite/toolkit/object/uid';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { type TestDaemon, startContainerd } from '../../../../../test/e2e/fixtures/daemons.ts';
import { Ctr } from '../container-engine/ctr.ts';
import { containerdSandbox } from './containerd-sandbox.ts';
import { testEngineDown } from './engine-sandbox.contract.ts';
import { openSandbox, testBlockDevices, testExitCommand, testSandboxContract } from './sandbox.contract.ts';

const signal = new AbortController().signal;
const consoleLog = join(import.meta.dirname, '../../../../../host/console-log');

let engine: TestDaemon;
before(async () => (engine = await startContainerd()));
after(async () => await engine[Symbol.asyncDispose]());

const open = () => {
  const ctr = new Ctr(localRunner, () => engine.socket);
  return openSandbox((runDir) => containerdSandbox({ runDir, consoleLog, env: process.env }, ctr));
};

testSandboxContract('containerd', open);
testExitCommand('containerd', open);
testBlockDevices('containerd', open);

test('containerd: a shim that it does not know, being killed as that started, ends with its container', async () => {
  await using at = await open();
  const uid = newUid();
  const bundle = join(at.dir, 'bundle');
  mkdirSync(bundle);
  writeFileSync(join(bundle, 'config.json'), '{}');
  writeFileSync(join(bundle, 'log'), '');
  const shim = ['-namespace', 'ignite', '-id', `ignite-${uid}`, '-address', engine.socket];
  const address = execFileSync(
    'containerd-shim-runc-v2',
    [...shim, '-publish-binary', '/usr/bin/containerd', 'start'],
    { cwd: bundle, encoding: 'utf8' },
  );
  const running = (): boolean => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(uid);
  assert.ok(running());
  await at.sandbox.remove(uid, signal);
  assert.ok(!running());
  rmSync(address.replace('unix://', ''));
});

testEngineDown('containerd', open, () => engine);
