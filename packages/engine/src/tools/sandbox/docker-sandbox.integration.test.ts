import { after, before } from 'node:test';
import { join } from 'node:path';
import { type TestDaemon, startDocker } from '../../../../../test/e2e/fixtures/daemons.ts';
import { DockerApi } from '../container-engine/docker-api.ts';
import { dockerSandbox } from './docker-sandbox.ts';
import { testDaemonDown } from './engine-sandbox.contract.ts';
import { openSandbox, testSandboxContract } from './sandbox.contract.ts';

const consoleLog = join(import.meta.dirname, '../../../../../host/console-log');

let daemon: TestDaemon;
before(async () => (daemon = await startDocker()));
after(async () => await daemon[Symbol.asyncDispose]());

const open = () =>
  openSandbox((runDir) => dockerSandbox({ runDir, consoleLog }, new DockerApi(() => daemon.socket)));

testSandboxContract('Docker', open);

testDaemonDown('Docker', open, () => daemon);
