import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { type ClusterPrograms, findClusterPrograms, nodeImageArchive } from './fixtures/cluster-images.ts';
import { assertAnswers } from './fixtures/assert-answers.ts';
import { Ignite, type Result, type Started } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { onEachNode, webApplication } from './fixtures/web-application.ts';

/** The story of a cluster whose control plane is in a VM, behind a load balancer of the host, with a worker beside it. */

const version = 'v1.35.4';
const waitMs = 2_400_000;
const run = promisify(execFile);

const skipLong = process.env['IGNITE_LONG_STORIES'] ? false : 'it takes long: run scripts/test-clusters';
const found = skipLong === false ? await findClusterPrograms() : new CannotBuild('');
const programs: ClusterPrograms = found instanceof CannotBuild ? new Map() : found;
const skip = skipLong === false && found instanceof CannotBuild ? found.message : skipLong;

interface MachineTemplate {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly template: { readonly spec: { readonly vm: object } } };
}

describe('a control plane in a VM', { skip }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let daemon: Started;

  before(async () => {
    leaks = watchLeaks();
    const opened = await Ignite.openWithKernel(50);
    ignite = opened.with({ KUBECONFIG: join(opened.dir, 'kubeconfig') });
    const archive = nodeImageArchive(version, programs, 'control-plane');
    const imported = await ignite.ok('image', 'import', `oci-archive:${archive}`);
    await ignite.ok('tag', /ID "([0-9a-f]+)"/.exec(imported)![1]!, `ignite-kubernetes:${version}`);
    daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0', '--clusters']);
    await until('ignited answers', async () => {
      writeFileSync(join(ignite.dir, 'ignited'), await ignite.ok('kubeconfig'), { mode: 0o600 });
      return (await ours('get', 'clusters', '-o', 'name')) === '';
    });
  });
  after(async () => {
    daemon.terminate();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  const kubectl = programs.get('kubectl')!;
  const kubectlWith = async (kubeconfig: string, words: readonly string[]): Promise<string> =>
    (await run(kubectl, ['--kubeconfig', join(ignite.dir, kubeconfig), ...words])).stdout;
  /** Runs kubectl against the cluster. */
  const theirs = async (...words: readonly string[]): Promise<string> =>
    await kubectlWith('kubeconfig', words);
  /** Runs kubectl against ignited. */
  const ours = async (...words: readonly string[]): Promise<string> => await kubectlWith('ignited', words);

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    let ended: Result | undefined;
    void daemon.ended.then((result) => (ended = result));
    for (const end = Date.now() + waitMs; ; await delay(2_000)) {
      if (await holds().catch(() => false)) return;
      if (ended) assert.fail(`ignited ended with ${ended.code} before ${what}\n${ended.stderr}`);
      if (Date.now() > end)
        assert.fail(`it did not come to pass: ${what}\n${await ignite.ok('cluster', 'describe', 'dev')}`);
    }
  }
  /** Tells the minutes that a step has taken, for the table in docs/clusters.md. */
  async function timed<T>(t: TestContext, step: string, work: () => Promise<T>): Promise<T> {
    const beganMs = Date.now();
    const result = await work();
    t.diagnostic(`${step}: ${((Date.now() - beganMs) / 60_000).toFixed(1)} minutes`);
    return result;
  }
  const nodes = async (role: 'control plane' | 'worker', path: string): Promise<string> => {
    const selector = `${role === 'worker' ? '!' : ''}node-role.kubernetes.io/control-plane`;
    return (await theirs('get', 'nodes', '-l', selector, '-o', `jsonpath={.items[*]${path}}`)).trim();
  };
  const isReady = '.status.conditions[?(@.type=="Ready")].status';
  const image = async (): Promise<string> =>
    await theirs(
      ...['-n', 'kube-system', 'get', 'deployment', 'coredns'],
      ...['-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
    );
  const areAvailable = async (): Promise<boolean> =>
    (await theirs('get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}')) === '2';

  test('it comes up, and a worker beside it', async (t) => {
    const size = ['--memory', '1536MB', '--control-plane-memory', '2GB', '--disk', '6GB'];
    const created = await timed(t, 'create until ready', async () =>
      ignite.ok('cluster', 'create', 'dev', '--control-plane', 'vm', ...size, '--timeout', '40m'),
    );
    assert.match(created, /(^|\n)Cluster "dev" runs Kubernetes v1\.35\.4\n/);
    assert.equal(await nodes('control plane', isReady), 'True');
    assert.equal(await nodes('worker', isReady), 'True');
    await theirs('create', 'configmap', 'kept', '--from-literal', 'a=b');
  });

  test('an application on both nodes answers through its Service, and at a forwarded port', async (t) => {
    const file = join(ignite.dir, 'application.yaml');
    writeFileSync(file, webApplication(await image(), onEachNode));
    await theirs('apply', '-f', file);
    await timed(t, 'application until available', async () => until('both Pods are available', areAvailable));
    const names = await theirs(
      'get',
      'pods',
      '-l',
      'app=web',
      '-o',
      'jsonpath={range .items[*]}{.metadata.name} {.spec.nodeName}{"\\n"}{end}',
    );
    const placed = names
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]);
    assert.equal(new Set(placed.map(([, node]) => node)).size, 2);
    // The API server is on the node of the control plane, so that its request to the worker's Pod goes across nodes.
    for (const [pod] of placed)
      assert.equal(
        await theirs('get', '--raw', `/api/v1/namespaces/default/pods/${pod}:8080/proxy/health`),
        'OK',
      );
    assert.equal(
      await theirs('get', '--raw', '/api/v1/namespaces/default/services/web:80/proxy/health'),
      'OK',
    );
    await assertAnswers(kubectl, ['--kubeconfig', join(ignite.dir, 'kubeconfig')], process.env);
  });

  test('its VM is replaced by one of another template, and the cluster keeps its data and its address', async (t) => {
    const [before, config] = [await nodes('control plane', '.metadata.name'), await theirs('config', 'view')];
    const templates = JSON.parse(await ours('get', 'ignitemachinetemplates', '-o', 'json')) as {
      readonly items: readonly MachineTemplate[];
    };
    const old = templates.items.find(({ metadata }) => metadata.name.startsWith('dev-control-plane-'))!;
    const { template } = old.spec;
    const vm = { ...template.spec.vm, diskSize: '7GB' };
    const larger = {
      ...{ ...old, metadata: { name: 'larger', labels: old.metadata.labels } },
      spec: { template: { ...template, spec: { ...template.spec, vm } } },
    };
    const file = join(ignite.dir, 'template.json');
    writeFileSync(file, JSON.stringify(larger));
    await ours('create', '-f', file);
    const wish = { spec: { machineTemplate: { spec: { infrastructureRef: { name: 'larger' } } } } };
    await ours('patch', 'kcp/dev-control-plane', '--type', 'merge', '-p', JSON.stringify(wish));
    const status = 'jsonpath={.status.replicas} {.status.upToDateReplicas} {.status.availableReplicas}';
    await timed(t, 'control plane until replaced', async () =>
      until('the control plane is replaced', async () => {
        const replaced = await ours('get', 'kcp/dev-control-plane', '-o', status);
        return replaced === '1 1 1' && (await nodes('control plane', '.metadata.name')) !== before;
      }),
    );
    await until(
      'one node of it is left, which is ready',
      async () => (await nodes('control plane', isReady)) === 'True',
    );
    assert.notEqual(await nodes('control plane', '.metadata.name'), before);
    assert.equal(await theirs('config', 'view'), config);
    assert.equal(await theirs('get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}'), 'b');
    await until('the application is on both nodes again', areAvailable);
  });

  test('nothing is left when it was deleted', async (t) => {
    const deleted = await timed(t, 'delete', async () =>
      ignite.ok('cluster', 'delete', 'dev', '--timeout', '40m'),
    );
    assert.equal(deleted, 'Deleted cluster "dev"\n');
    const left = await ignite.ok('get', '-A', '-o', 'name');
    assert.deepEqual(
      left.split('\n').filter((line) => !/^(image|kernel|host|namespace|sync|configmap)\/|^$/.test(line)),
      [],
    );
    assert.equal(await ours('get', 'hpo,machines,kcp,ignitemachinetemplates', '-A', '-o', 'name'), '');
  });
});
