import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { ControlPlane, binariesFolder, findPrograms } from './fixtures/control-plane.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { nodeImageArchive } from './fixtures/images.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const programs = findPrograms();
const skip = programs instanceof CannotBuild ? programs.message : false;
/** The network of the Pods is 10.244.0.0/16. */
const subnet = 243;
const patienceMs = 1_200_000;

describe('a VM of the node image becomes a node of a cluster', { skip }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let daemon: Started;
  let controlPlane: ControlPlane;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    assert.ok(!(programs instanceof CannotBuild));
    leaks = watchLeaks();
    ignite = await Ignite.openWithKernel(subnet);
    const binaries = mkdtempSync(join(tmpdir(), 'binaries-'));
    const image = nodeImageArchive('v1.35.4', binariesFolder(programs, binaries));
    rmSync(binaries, { recursive: true });
    daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0']);
    const kubeconfig = join(ignite.dir, 'kubeconfig');
    let printed = await ignite.run('kubeconfig');
    for (; printed.code !== 0; printed = await ignite.run('kubeconfig')) await delay(200);
    writeFileSync(kubeconfig, printed.stdout, { mode: 0o600 });
    env = { ...process.env, HOME: ignite.dir, KUBECONFIG: kubeconfig };
    controlPlane = new ControlPlane(programs, `10.${subnet}.0.1`);
    create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'bootstrap' },
      stringData: { value: controlPlane.userData },
    });
    create({
      apiVersion: 'ignite.weave.works/v1',
      kind: 'VM',
      metadata: { name: 'node-1' },
      spec: {
        image: { oci: `oci-archive:${image}` },
        cpus: 2,
        memory: '1536MB',
        diskSize: '6GB',
        network: { policy: { sources: ['10.244.0.0/16'] } },
        cloudInit: { userDataSecretRef: { name: 'bootstrap', key: 'value' } },
      },
    });
    // The host has the address that the control plane listens at as soon as there is a VM.
    for (const deadline = Date.now() + patienceMs; (await vm()).status?.phase !== 'Running'; await delay(500))
      assert.ok(Date.now() < deadline, 'the VM does not run');
    await controlPlane.start();
  });

  after(async () => {
    await controlPlane[Symbol.asyncDispose]();
    daemon.interrupt();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  const ignited = (args: readonly string[], input?: string): string =>
    execFileSync((programs as ReadonlyMap<string, string>).get('kubectl')!, args, {
      env,
      input,
      encoding: 'utf8',
    });
  const create = (object: object): string => ignited(['create', '-f', '-'], JSON.stringify(object));

  interface SeenVm {
    readonly metadata: { readonly uid: string };
    readonly status?: {
      readonly phase?: string;
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly message: string;
      }[];
    };
  }
  const vm = async (): Promise<SeenVm> =>
    JSON.parse(ignited(['get', 'vm', 'node-1', '-o', 'json'])) as SeenVm;

  test('kubeadm joins without any preflight error ignored, and the VM says so', async () => {
    const seen = async () => (await vm()).status?.conditions?.find(({ type }) => type === 'Bootstrapped');
    let bootstrapped = await seen();
    for (
      const deadline = Date.now() + patienceMs;
      bootstrapped?.status !== 'True';
      bootstrapped = await seen()
    ) {
      assert.ok(
        Date.now() < deadline && bootstrapped?.status !== 'False',
        bootstrapped?.message ?? 'nothing is told',
      );
      await delay(1_000);
    }
  });

  test('the node is ready, known by the id of its VM, and its Pods have addresses of its network', async () => {
    const node = (path: string): string =>
      controlPlane.kubectl('get', 'node', 'node-1', '-o', `jsonpath=${path}`);
    await controlPlane.until(() => node('{.status.conditions[?(@.type=="Ready")].status}') === 'True');
    assert.equal(node('{.spec.providerID}'), `ignite://${(await vm()).metadata.uid}`);
    assert.equal(node('{.spec.podCIDR}'), '10.244.0.0/24');
    const pod = (path: string): string =>
      controlPlane.kubectl(
        '-n',
        'kube-system',
        'get',
        'pods',
        '-l',
        'k8s-app=kube-dns',
        '-o',
        `jsonpath=${path}`,
      );
    // It is ready once it has seen the API through the Service of it, that is, through kube-proxy.
    await controlPlane.until(
      () =>
        pod('{.items[?(@.status.phase=="Running")].status.conditions[?(@.type=="Ready")].status}') === 'True',
    );
    assert.match(pod('{.items[0].status.podIP}'), /^10\.244\.0\.\d+$/);
  });

  test('a Pod answers', async () => {
    const forward = spawn(
      (programs as ReadonlyMap<string, string>).get('kubectl')!,
      [
        '--kubeconfig',
        controlPlane.kubeconfig,
        '-n',
        'kube-system',
        'port-forward',
        'deployment/coredns',
        ':8080',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    try {
      const lines = createInterface(forward.stdout)[Symbol.asyncIterator]();
      const { value } = (await lines.next()) as { value: string };
      const port = /127\.0\.0\.1:(\d+)/.exec(value)?.[1];
      const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(120_000) });
      assert.equal(await answer.text(), 'OK');
    } finally {
      const ended = once(forward, 'exit');
      forward.kill();
      await ended;
    }
  });
});
