import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { type ClusterPrograms, componentArchive, findClusterPrograms } from './fixtures/cluster-images.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const version = 'v1.35.4';
/** The same programs under the name of another version, to which a control plane is upgraded. */
const nextVersion = 'v1.36.0';
const patienceMs = 600_000;
const run = promisify(execFile);

const isLong = process.env['IGNITE_LONG_STORIES'] !== undefined;
const found = isLong ? await findClusterPrograms() : undefined;
const programs: ClusterPrograms = found === undefined || found instanceof CannotBuild ? new Map() : found;
const skip = !isLong
  ? 'it takes long: run scripts/test-clusters'
  : found instanceof CannotBuild
    ? found.message
    : false;

const manifests = `
apiVersion: cluster.x-k8s.io/v1beta2
kind: Cluster
metadata: {name: dev, namespace: default}
spec:
  clusterNetwork: {pods: {cidrBlocks: [10.244.0.0/16]}, services: {cidrBlocks: [10.96.0.0/16]}}
  controlPlaneRef: {apiGroup: controlplane.cluster.x-k8s.io, kind: HostedControlPlane, name: dev}
  infrastructureRef: {apiGroup: infrastructure.cluster.x-k8s.io, kind: IgniteCluster, name: dev}
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: IgniteCluster
metadata: {name: dev, namespace: default}
spec: {loadBalancer: {}}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: HostedControlPlane
metadata: {name: dev, namespace: default}
spec: {version: ${version}}
`;

describe('a hosted control plane of several replicas', { skip }, () => {
  const kubectl = programs.get('kubectl') ?? '';
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let daemon: Started;
  /** Runs kubectl against ignited, and against the cluster. */
  const ours = async (...words: readonly string[]): Promise<string> =>
    (await run(kubectl, ['--kubeconfig', join(ignite.dir, 'ignited.kubeconfig'), ...words])).stdout;
  const clusters = async (...words: readonly string[]): Promise<string> =>
    (await run(kubectl, ['--kubeconfig', join(ignite.dir, 'dev.kubeconfig'), ...words])).stdout;
  const field = async (what: string, path: string): Promise<string> =>
    await ours('get', what, '-o', `jsonpath={${path}}`);

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + patienceMs; !(await holds().catch(() => false)); await delay(500))
      if (Date.now() > deadline)
        assert.fail(`${what} did not come to pass: ${await ours('get', 'hcp,hpo', '-o', 'yaml')}`);
  }
  const untilReady = async (replicas: number, of: string): Promise<void> =>
    await until(`${replicas} replicas of ${of}`, async () => {
      const fields = ['version', 'replicas', 'availableReplicas', 'upToDateReplicas'];
      const told = await field('hcp/dev', fields.map((name) => `.status.${name}`).join('} {'));
      return told === `${of} ${replicas} ${replicas} ${replicas}`;
    });
  const namesOfPods = async (): Promise<readonly string[]> => {
    const names = await ours('get', 'hpo', '-l', 'cluster.x-k8s.io/control-plane', '-o', 'name');
    return names
      .split('\n')
      .filter(Boolean)
      .map((name) => name.split('/')[1]!);
  };
  const addressesOf = async (pods: readonly string[]): Promise<readonly string[]> =>
    (await Promise.all(pods.map(async (pod) => await field(`hpo/${pod}`, '.status.address')))).toSorted();
  /** The API servers tell each other, and Pods, of those that serve. */
  const servers = async (): Promise<readonly string[]> => {
    const path = 'jsonpath={.endpoints[*].addresses[0]}';
    const slices = await clusters('get', 'endpointslice', 'kubernetes', '-o', path);
    return slices.split(' ').toSorted();
  };
  const untilServed = async (): Promise<void> =>
    await until('API servers at all addresses', async () => {
      const addresses = await addressesOf(await namesOfPods());
      return (await servers()).join(' ') === addresses.join(' ');
    });
  const data = async (name: string): Promise<string> =>
    await clusters('get', 'cm', name, '-o', 'jsonpath={.data.a}');
  const store = async (name: string): Promise<void> =>
    void (await clusters('create', 'configmap', name, '--from-literal', 'a=b'));

  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.open(80);
    await ignite.ok('image', 'load', '-i', componentArchive(version, programs));
    daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0', '--clusters']);
    await until('ignited', async () => {
      writeFileSync(join(ignite.dir, 'ignited.kubeconfig'), await ignite.ok('kubeconfig'), { mode: 0o600 });
      await ours('get', 'hcp');
      return true;
    });
  });
  after(async () => {
    daemon.terminate();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  test('it begins with one replica behind the load balancer', async () => {
    const file = join(ignite.dir, 'cluster.yaml');
    writeFileSync(file, manifests);
    await ours('apply', '-f', file);
    await untilReady(1, version);
    const secret = await field('secret/dev-kubeconfig', '.data.value');
    writeFileSync(join(ignite.dir, 'dev.kubeconfig'), Buffer.from(secret, 'base64'), { mode: 0o600 });
    assert.equal(
      await field('cluster/dev', '.spec.controlPlaneEndpoint.host'),
      await field('hpo/dev-endpoint', '.status.address'),
    );
    await store('first');
  });

  test('it grows to three, each with a member of etcd and an API server', async () => {
    assert.equal(
      await ignite.ok('cluster', 'scale', 'dev', '--control-planes', '3'),
      'Scaled cluster "dev"\n',
    );
    await untilReady(3, version);
    assert.deepEqual(await namesOfPods(), ['dev', 'dev-2', 'dev-3']);
    await untilServed();
    assert.equal(await data('first'), 'b');
    const leader = await clusters(
      'get',
      'lease',
      '-n',
      'kube-system',
      'kube-controller-manager',
      '-o',
      'name',
    );
    assert.equal(leader, 'lease.coordination.k8s.io/kube-controller-manager\n');
  });

  test('it goes on when all programs of a replica are killed, which come back', async () => {
    const uid = await field('hpo/dev-2', '.metadata.uid');
    const restarts = async (): Promise<number> => {
      const told = await field('hpo/dev-2', '.status.programs[*].restarts');
      return told.split(' ').reduce((all, each) => all + Number(each), 0);
    };
    const before = await restarts();
    for (const pid of pidsOf(await field('hpo/dev-2', '.status.address'))) process.kill(pid, 'SIGKILL');
    await until('a write', async () => {
      await store('second');
      return true;
    });
    await until('a restart', async () => (await restarts()) > before);
    await untilReady(3, version);
    assert.equal(await field('hpo/dev-2', '.metadata.uid'), uid);
  });

  test('a replica whose pod is deleted leaves etcd and is replaced', async () => {
    await ours('delete', 'hpo', 'dev-2', '--timeout=300s');
    await until('another one', async () => (await namesOfPods()).join() === 'dev,dev-3,dev-4');
    await untilReady(3, version);
    await untilServed();
    assert.equal(await data('second'), 'b');
  });

  test('it goes to the next version, one replica at a time', async () => {
    await ignite.ok('image', 'load', '-i', componentArchive(nextVersion, programs));
    const spec = JSON.stringify({ spec: { version: nextVersion } });
    await ours('patch', 'hcp', 'dev', '--type=merge', '-p', spec);
    await untilReady(3, nextVersion);
    await untilServed();
    assert.equal(await data('second'), 'b');
  });

  test('it goes back to a snapshot of it, with all its members', async () => {
    await ignite.ok('cluster', 'snapshot', 'dev', 'ready');
    await clusters('delete', 'cm', 'second');
    assert.equal(
      await ignite.ok('cluster', 'restore', 'dev', 'ready'),
      'Brought cluster "dev" back to snapshot "ready"\n',
    );
    await until('what was stored', async () => (await data('second')) === 'b');
    await untilReady(3, nextVersion);
    await ignite.ok('cluster', 'snapshot', 'dev', 'ready', '--remove');
  });

  test('it shrinks to one, which has all data, and no keys of others are left', async () => {
    await ours('scale', 'hcp/dev', '--replicas', '1');
    await untilReady(1, nextVersion);
    assert.equal((await namesOfPods()).length, 1);
    assert.equal(await data('first'), 'b');
    const secrets = await ours('get', 'secrets', '-o', 'name');
    assert.equal(secrets.match(/dev-hosted-/g)?.length, 4);
  });

  test('a cluster that is deleted leaves nothing on the host', async () => {
    await ours('delete', 'cluster', 'dev', '--timeout=300s');
    assert.equal((await ours('get', 'hcp,hpo,secrets', '-o', 'name')).trim(), '');
    for (const name of ['pods', 'pod-images'])
      assert.deepEqual(readdirSync(join(ignite.paths.dataDir, name)), [], name);
  });

  /** Returns the programs of a pod, which its API server and its etcd are by their arguments. */
  const pidsOf = (address: string): readonly number[] =>
    execFileSync(
      'pgrep',
      ['-f', `^/usr/local/bin/(etcd|kube-apiserver) .*${address.replaceAll('.', '\\.')}`],
      {
        encoding: 'utf8',
      },
    )
      .split('\n')
      .filter(Boolean)
      .map(Number);
});
