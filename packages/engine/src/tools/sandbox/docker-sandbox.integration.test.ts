import { after, before } from 'node:test';
import { join } from 'node:path';
import { type TestDaemon, startDocker } from '../../../../../test/e2e/fixtures/daemons.ts';
import { DockerApi } from '../container-engine/docker-api.ts';
import { dockerSandbox } from './docker-sandbox.ts';
import { testEngineDown } from './engine-sandbox.contract.ts';
import { openSandbox, testSandboxContract } from './sandbox.contract.ts';

const consoleLog = join(import.meta.dirname, '../../../../../host/console-log');

let engine: TestDaemon;
before(async () => (engine = await startDocker()));
after(async () => await engine[Symbol.asyncDispose]());

const open = () =>
  openSandbox((runDir) => dockerSandbox({ runDir, consoleLog }, new DockerApi(() => engine.socket)));

testSandboxContract('Docker', open);

testEngineDown('Docker', open, () => engine);
