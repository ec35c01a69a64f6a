import { after, before } from 'node:test';
import { join } from 'node:path';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import { type TestDaemon, startContainerd } from '../../../../test/e2e/fixtures/daemons.ts';
import { Ctr } from '../host/ctr.ts';
import { containerdSandbox } from './containerd-sandbox.ts';
import { testDaemonDown } from './daemon-sandbox.contract.ts';
import { openSandbox, testBlockDevices, testExitCommand, testSandboxContract } from './sandbox.contract.ts';

const consoleLog = join(import.meta.dirname, '../../../../host/console-log');

let daemon: TestDaemon;
before(async () => (daemon = await startContainerd()));
after(async () => await daemon[Symbol.asyncDispose]());

const open = () => {
  const ctr = new Ctr(localRunner, () => daemon.socket);
  return openSandbox((runDir) => containerdSandbox({ runDir, consoleLog, env: process.env }, ctr));
};

testSandboxContract('containerd', open);
testExitCommand('containerd', open);
testBlockDevices('containerd', open);

testDaemonDown('containerd', open, () => daemon);
