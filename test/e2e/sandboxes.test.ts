import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { until } from '@ignite/toolkit/clock/until.sample';
import { noKubectl } from '../kubernetes/fixtures/kubectl.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { imageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { type Registry, startRegistry } from './fixtures/registry.ts';

const run = promisify(execFile);
const group = 'extensions.agents.x-k8s.io/v1beta1';

const manifest = (image: string): string => `
apiVersion: ${group}
kind: SandboxTemplate
metadata: {name: box}
spec:
  podTemplate:
    spec:
      containers:
        - name: main
          image: ${image}
          command: [sh, -c, 'echo begun as $(hostname); exec sleep infinity']
          resources: {limits: {cpu: "1", memory: 128Mi}}
---
apiVersion: ${group}
kind: SandboxWarmPool
metadata: {name: box}
spec: {replicas: 1, sandboxTemplateRef: {name: box}}
`;

const claim = `
apiVersion: ${group}
kind: SandboxClaim
metadata: {name: mine}
spec: {warmPoolRef: {name: box}}
`;

describe('sandboxes of an agent', { skip: noKubectl }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let registry: Registry;
  let daemon: Started;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    leaks = watchLeaks();
    registry = await startRegistry();
    registry.push(`oci-archive:${imageArchive('busybox')}`, 'box:1');
    ignite = await Ignite.openWithKernel(85);
    daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0', '--sandboxes']);
    const kubeconfig = join(ignite.dir, 'kubeconfig');
    let printed = await ignite.run('kubeconfig');
    for (; printed.code !== 0; printed = await ignite.run('kubeconfig')) await delay(200);
    writeFileSync(kubeconfig, printed.stdout, { mode: 0o600 });
    env = { ...process.env, HOME: ignite.dir, KUBECONFIG: kubeconfig };
  });
  after(async () => {
    daemon.interrupt();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (await run('kubectl', args, { env })).stdout;

  const apply = async (content: string): Promise<void> => {
    const file = join(ignite.dir, 'sandboxes.yaml');
    writeFileSync(file, content);
    await kubectl('apply', '-f', file);
  };

  test('a claim gets one that is ready, with its VM, which goes with the claim', async () => {
    await apply(manifest(`${registry.host}/box:1`));
    const ready = ['get', 'sandboxwarmpool', 'box', '-o', 'jsonpath={.status.readyReplicas}'];
    await until('one is ready', async () => (await kubectl(...ready)) === '1');
    await apply(claim);
    await kubectl('wait', '--for=condition=Ready', 'sandboxclaim/mine', '--timeout=10m');
    const taken = await kubectl('get', 'sandboxclaim', 'mine', '-o', 'jsonpath={.status.sandbox.name}');
    assert.match(taken, /^box-/);
    await until('its program runs', async () => (await kubectl('logs', taken)) === `begun as ${taken}\n`);
    const address = await kubectl('get', 'sandbox', taken, '-o', 'jsonpath={.status.podIPs[0]}');
    const shown = await ignite.ok('inspect', 'vm', taken, '-t', '{{.Status.Network.IPAddresses}}');
    assert.equal(shown, `${address}\n`);

    await kubectl('delete', 'sandboxclaim', 'mine');
    await kubectl('delete', 'sandboxwarmpool', 'box');
    await until('no VM is left', async () => (await ignite.ok('ps', '-aq')) === '');
    // One that was made for the pool in the last moment goes when garbage is collected.
    await until('no sandbox is left', async () => (await kubectl('get', 'sandboxes', '-o', 'name')) === '');
  });
});
