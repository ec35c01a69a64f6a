import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { type ClusterPrograms, findClusterPrograms, nodeImageArchive } from './fixtures/cluster-images.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

/** The story of a cluster whose control plane is in a VM, behind a load balancer of the host: its beginning, its replacement, its end. */

const version = 'v1.35.4';
const waitMs = 2_400_000;
const timeout = ['--timeout', '40m'];
const run = promisify(execFile);

const skipLong = process.env['IGNITE_LONG_STORIES'] ? false : 'it takes long: run scripts/test-clusters';
const found = skipLong === false ? await findClusterPrograms() : new CannotBuild('');
const programs: ClusterPrograms = found instanceof CannotBuild ? new Map() : found;
const skip = skipLong === false && found instanceof CannotBuild ? found.message : skipLong;

interface MachineTemplate {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly template: { readonly spec: { readonly vm: object } } };
}

describe('a control plane in VMs', { skip }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let daemon: Started | undefined;

  before(async () => {
    leaks = watchLeaks();
    const opened = await Ignite.openWithKernel(20);
    ignite = opened.with({ KUBECONFIG: join(opened.dir, 'kubeconfig') });
    const archive = nodeImageArchive(version, programs, 'control-plane');
    const imported = await ignite.ok('image', 'import', `oci-archive:${archive}`);
    await ignite.ok('tag', /ID "([0-9a-f]+)"/.exec(imported)![1]!, `ignite-kubernetes:${version}`);
  });
  after(async () => {
    daemon?.terminate();
    await daemon?.ended;
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  const kubectlWith = async (kubeconfig: string, words: readonly string[]): Promise<string> =>
    (await run(programs.get('kubectl')!, ['--kubeconfig', join(ignite.dir, kubeconfig), ...words])).stdout;
  /** Runs kubectl against the cluster, and against ignited. */
  const clusters = async (...words: readonly string[]): Promise<string> =>
    await kubectlWith('kubeconfig', words);
  const ours = async (...words: readonly string[]): Promise<string> => await kubectlWith('ignited', words);

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + waitMs; ; await delay(2_000)) {
      if (await holds().catch(() => false)) return;
      assert.ok(Date.now() < end, `it did not come to pass: ${what}`);
    }
  }
  const nodes = async (path: string): Promise<string> =>
    (await clusters('get', 'nodes', '-o', `jsonpath={${path}}`)).trim();
  const readyNodes = async (): Promise<string> =>
    await nodes('.items[*].status.conditions[?(@.type=="Ready")].status');

  test('it comes up, and its node runs the Pods of a cluster without workers', async (t) => {
    const size = ['--workers', '0', '--memory', '2GB', '--disk', '6GB'];
    const beganMs = Date.now();
    const created = await ignite.ok('cluster', 'create', 'dev', '--control-plane', 'vm', ...size, ...timeout);
    t.diagnostic(`minutes until it was ready: ${((Date.now() - beganMs) / 60_000).toFixed(1)}`);
    assert.match(created, /\nCluster "dev" runs Kubernetes v1\.35\.4\n/);
    assert.equal(await readyNodes(), 'True');
    const ready = [
      '-n',
      'kube-system',
      'get',
      'deployment',
      'coredns',
      '-o',
      'jsonpath={.status.readyReplicas}',
    ];
    await until('the DNS of the cluster is ready', async () => Number(await clusters(...ready)) > 0);
    await clusters('create', 'configmap', 'kept', '--from-literal', 'a=b');
  });

  test('its VM is replaced by one of another template, and the cluster keeps its data and its address', async (t) => {
    daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0', '--clusters']);
    await until('ignited answers', async () => {
      writeFileSync(join(ignite.dir, 'ignited'), await ignite.ok('kubeconfig'), { mode: 0o600 });
      return (await ours('get', 'kcp', '-o', 'name')) !== '';
    });
    const [before, server] = [await nodes('.items[*].metadata.name'), await clusters('config', 'view')];
    const templates = JSON.parse(await ours('get', 'ignitemachinetemplates', '-o', 'json')) as {
      readonly items: readonly MachineTemplate[];
    };
    const old = templates.items.find(({ metadata }) => metadata.name.startsWith('dev-control-plane-'))!;
    const { template } = old.spec;
    const vm = { ...template.spec.vm, diskSize: '7GB' };
    const file = join(ignite.dir, 'template.json');
    writeFileSync(
      file,
      JSON.stringify({
        ...{ ...old, metadata: { name: 'larger', labels: old.metadata.labels } },
        spec: { template: { ...template, spec: { ...template.spec, vm } } },
      }),
    );
    await ours('create', '-f', file);
    const beganMs = Date.now();
    const wish = { spec: { machineTemplate: { spec: { infrastructureRef: { name: 'larger' } } } } };
    await ours('patch', 'kcp/dev-control-plane', '--type', 'merge', '-p', JSON.stringify(wish));
    const status = 'jsonpath={.status.replicas} {.status.upToDateReplicas} {.status.availableReplicas}';
    await until('the control plane is replaced', async () => {
      const replaced = await ours('get', 'kcp/dev-control-plane', '-o', status);
      return replaced === '1 1 1' && (await nodes('.items[*].metadata.name')) !== before;
    });
    t.diagnostic(`minutes until it was replaced: ${((Date.now() - beganMs) / 60_000).toFixed(1)}`);
    assert.equal(await clusters('config', 'view'), server);
    assert.equal(await clusters('get', 'configmap', 'kept', '-o', 'jsonpath={.data.a}'), 'b');
    await until('one node is left, which is ready', async () => (await readyNodes()) === 'True');
    assert.notEqual(await nodes('.items[*].metadata.name'), before);
  });

  test('nothing is left when it was deleted', async () => {
    assert.equal(await ignite.ok('cluster', 'delete', 'dev', ...timeout), 'Deleted cluster "dev"\n');
    const left = await ignite.ok('get', '-A', '-o', 'name');
    assert.deepEqual(
      left.split('\n').filter((line) => line !== '' && !/^(image|kernel|host|namespace|secret)\//.test(line)),
      [],
    );
    assert.equal(await ours('get', 'hpo,machines,kcp', '-A', '-o', 'name'), '');
  });
});
