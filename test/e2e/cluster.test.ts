import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { componentArchive, findClusterPrograms, nodeImageArchive } from './fixtures/cluster-images.ts';
import { assertAnswers } from './fixtures/assert-answers.ts';
import { Ignite } from './fixtures/ignite.ts';
import { watchLeaks } from './fixtures/leaks.ts';
import { webApplication } from './fixtures/web-application.ts';

/** The whole story of a cluster, as a person goes through it: a hosted control plane, workers that are real nodes, and an application. */

const version = 'v1.35.4';
const waitMs = 1_800_000;
const run = promisify(execFile);
const skipLong = process.env['IGNITE_LONG_STORIES'] ? false : 'it takes long: run scripts/test-clusters';

const programs = await findClusterPrograms();
const skip = programs instanceof CannotBuild ? programs.message : false;

const healthCheck = `
apiVersion: cluster.x-k8s.io/v1beta2
kind: MachineHealthCheck
metadata: {name: dev-workers, namespace: default}
spec:
  clusterName: dev
  selector: {matchLabels: {cluster.x-k8s.io/deployment-name: dev-workers}}
  checks:
    nodeStartupTimeoutSeconds: 3600
    unhealthyNodeConditions: [{type: Ready, status: Unknown, timeoutSeconds: 30}]
`;

describe('a cluster from its creation to its end', { skip }, () => {
  let leaks: AsyncDisposable;
  let ignite: Ignite;

  before(async () => {
    leaks = watchLeaks();
    const opened = await Ignite.openWithKernel(251);
    ignite = opened.with({ KUBECONFIG: join(opened.dir, 'kubeconfig') });
    assert.ok(!(programs instanceof CannotBuild));
    await ignite.ok('image', 'load', '-i', componentArchive(version, programs));
    const imported = await ignite.ok('image', 'import', `oci-archive:${nodeImageArchive(version, programs)}`);
    const id = /ID "([0-9a-f]+)"/.exec(imported)![1]!;
    await ignite.ok('tag', id, `ignite-kubernetes:${version}`);
  });
  after(async () => {
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  const program = programs instanceof CannotBuild ? '' : programs.get('kubectl')!;
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    HOME: ignite.dir,
    KUBECONFIG: join(ignite.dir, 'kubeconfig'),
  });
  const kubectl = async (...args: readonly string[]): Promise<string> =>
    (await run(program, args, { env: env() })).stdout;
  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + waitMs; ; await delay(1_000)) {
      if (await holds().catch(() => false)) return;
      assert.ok(Date.now() < end, `it did not come to pass: ${what}`);
    }
  }
  const readyNodes = async (): Promise<number> => {
    const template = '{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
    const found = await kubectl('get', 'nodes', '-o', `jsonpath=${template}`);
    return found.split('\n').filter((status) => status === 'True').length;
  };

  const theirs = async (cluster: string, ...args: readonly string[]): Promise<string> =>
    await kubectl('--context', cluster, ...args);
  const answers = async (cluster: string): Promise<void> =>
    await assertAnswers(program, ['--context', cluster], env());

  const started = [
    ...['get', 'pods', '-l', 'app=web', '-o'],
    'jsonpath={.items[*].status.containerStatuses[0].startedAt}',
  ];
  const available = ['get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}'];

  test('it is created, and its worker is Ready', async () => {
    const size = ['--memory', '1536MB', '--disk', '6GB'];
    const created = await ignite.ok('cluster', 'create', 'dev', '--control-plane', 'hosted', ...size);
    assert.match(created, /\nCluster "dev" runs Kubernetes v1\.35\.4\n/);
    assert.match(created, /\nYour kubeconfig has the context "dev": kubectl get nodes\n/);
    assert.equal((await kubectl('config', 'current-context')).trim(), 'dev');
    assert.equal(await readyNodes(), 1);
    const node = async (path: string): Promise<string> =>
      await kubectl('get', 'nodes', '-o', `jsonpath={.items[0]${path}}`);
    const uid = (await ignite.ok('get', 'vm', '-t', '{{.metadata.uid}}')).trim();
    assert.equal(await node('.spec.providerID'), `ignite://${uid}`);
    assert.equal(await node('.spec.podCIDR'), '10.244.0.0/24');
    // CoreDNS is ready once it has seen the API through the Service of it, that is, through kube-proxy.
    const ready = [
      '-n',
      'kube-system',
      'get',
      'deployment',
      'coredns',
      '-o',
      'jsonpath={.status.readyReplicas}',
    ];
    await until('the DNS of the cluster is ready', async () => Number(await kubectl(...ready)) > 0);
  });

  test('an application in it answers at a port that is forwarded to its Service', async () => {
    const path = 'jsonpath={.spec.template.spec.containers[0].image}';
    const image = await kubectl('-n', 'kube-system', 'get', 'deployment', 'coredns', '-o', path);
    const file = join(ignite.dir, 'application.yaml');
    writeFileSync(file, webApplication(image));
    await kubectl('apply', '-f', file);
    await until('the Deployment is available', async () => (await kubectl(...available)) === '2');
    await answers('dev');
  });

  /** The API server has no VM, and speaks to the Pods themselves. */
  const reaches = async (cluster: string): Promise<void> => {
    const pod = ['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}'];
    for (const target of ['services/web:80', `pods/${await theirs(cluster, ...pod)}:8080`]) {
      const path = `/api/v1/namespaces/default/${target}/proxy/health`;
      assert.equal(await theirs(cluster, 'get', '--raw', path), 'OK');
    }
  };

  test('its API server reaches the application through the Service, and at a Pod', async () => {
    await reaches('dev');
  });

  test('it is suspended, goes on, and goes back to what it was, with what it had stored and in memory', async () => {
    const before = await kubectl(...started);
    await kubectl('create', 'configmap', 'then', '--from-literal', 'a=b');
    assert.equal(await ignite.ok('cluster', 'suspend', 'dev'), 'Suspended cluster "dev"\n');
    assert.equal(await ignite.ok('get', 'vm', '-t', '{{.status.phase}}'), 'Suspended\n');
    assert.throws(() => execFileSync('pgrep', ['-f', '^[^ ]*(qemu-system|/usr/local/bin/(etcd|kube-))']));
    const { stderr } = await ignite.run('cluster', 'scale', 'dev', '--workers', '2');
    assert.match(
      stderr,
      /error: cluster "dev" is suspended\nhint: run "ignite cluster resume default\/dev" first\n/,
    );
    const taken = await ignite.ok('cluster', 'snapshot', 'dev', 'ready');
    assert.match(taken, /^Took snapshot "ready" of cluster "dev"\n/);
    const isAsBefore = async (): Promise<void> => {
      await until('its node is Ready', async () => (await readyNodes()) === 1);
      await until('the Deployment is available', async () => (await kubectl(...available)) === '2');
      assert.equal(await kubectl(...started), before);
    };
    assert.match(await ignite.ok('cluster', 'resume', 'dev'), /^Resumed cluster "dev"\n/);
    await isAsBefore();
    await kubectl('delete', 'configmap', 'then');
    await kubectl('create', 'configmap', 'later', '--from-literal', 'a=b');
    const back = await ignite.ok('cluster', 'restore', 'dev', 'ready');
    assert.match(back, /^Brought cluster "dev" back to snapshot "ready"\n/);
    await isAsBefore();
    const names = await kubectl('get', 'configmaps', '-o', 'jsonpath={.items[*].metadata.name}');
    assert.deepEqual(names.split(' ').toSorted(), ['kube-root-ca.crt', 'then', 'web']);
  });

  const goesOn = async (cluster: string, since: string): Promise<void> => {
    await until(
      `the Deployment of ${cluster} is available`,
      async () => (await theirs(cluster, ...available)) === '2',
    );
    assert.equal(await theirs(cluster, ...started), since);
    await answers(cluster);
    await reaches(cluster);
  };
  const nodeNames = async (cluster: string): Promise<string> =>
    await theirs(cluster, 'get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}');

  test('another cluster goes on from the snapshot, and runs beside it with the same nodes and addresses', async (t) => {
    const before = await theirs('dev', ...started);
    const beganMs = Date.now();
    const created = await ignite.ok('cluster', 'create', 'test', '--from', 'ready');
    t.diagnostic(`seconds until it was ready: ${((Date.now() - beganMs) / 1_000).toFixed(0)}`);
    assert.match(created, /\nCluster "test" runs Kubernetes v1\.35\.4\n/);
    assert.match(created, /\nYour kubeconfig has the context "test": kubectl get nodes\n/);
    await goesOn('test', before);
    assert.equal(await nodeNames('test'), await nodeNames('dev'));
    const internal = ['get', 'nodes', '-o', 'jsonpath={.items[*].status.addresses[0].address}'];
    assert.equal(await theirs('test', ...internal), await theirs('dev', ...internal));
    await theirs('test', 'create', 'configmap', 'mine', '--from-literal', 'a=b');
    await assert.rejects(theirs('dev', 'get', 'configmap', 'mine'), /NotFound/);
    await goesOn('dev', before);
  });

  test(
    'one of two clones gets another worker, and goes without the others noticing',
    { skip: skipLong },
    async () => {
      const before = await theirs('test', ...started);
      await ignite.ok('cluster', 'create', 'other', '--from', 'ready');
      await goesOn('other', before);
      await ignite.ok('cluster', 'scale', 'other', '--workers', '2');
      assert.equal((await nodeNames('other')).split(' ').length, 2);
      assert.equal((await nodeNames('test')).split(' ').length, 1);
      assert.equal(await ignite.ok('cluster', 'delete', 'other'), 'Deleted cluster "other"\n');
      await goesOn('test', before);
    },
  );

  test('a clone is deleted, and the cluster that it comes from goes on', async () => {
    const before = await theirs('dev', ...started);
    assert.equal(await ignite.ok('cluster', 'delete', 'test'), 'Deleted cluster "test"\n');
    assert.doesNotMatch(await ignite.ok('get', '-A', '-o', 'name'), /\/test/);
    assert.equal(await ignite.ok('cluster', 'ls', '-t', '{{.metadata.name}}'), 'dev\n');
    await kubectl('config', 'use-context', 'dev');
    await goesOn('dev', before);
  });

  test('it is scaled to two workers and back', { skip: skipLong }, async () => {
    await ignite.ok('cluster', 'scale', 'dev', '--workers', '2');
    assert.equal(await readyNodes(), 2);
    await ignite.ok('cluster', 'scale', 'dev', '--workers', '1');
    assert.equal((await kubectl('get', 'nodes', '-o', 'name')).trim().split('\n').length, 1);
  });

  test(
    'a worker whose VM is killed comes back, and one whose VM hangs is replaced by its health check',
    { skip: skipLong },
    async (t) => {
      const daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0', '--clusters']);
      try {
        const node = async (path: string): Promise<string> =>
          (await kubectl('get', 'nodes', '-o', `jsonpath={.items[*]${path}}`)).trim();
        const name = await node('.metadata.name');
        const pid = async (): Promise<number> => (await ignite.processesOf(name)).vmm!.pid;
        const boot = await node('.status.nodeInfo.bootID');
        const [killedMs, killed] = [Date.now(), await pid()];
        process.kill(killed, 'SIGKILL');
        await until(
          'the node has booted again',
          async () => (await node('.status.nodeInfo.bootID')) !== boot && (await readyNodes()) === 1,
        );
        assert.equal(await node('.metadata.name'), name);
        const hungMs = Date.now();
        t.diagnostic(`minutes until a killed worker was back: ${((hungMs - killedMs) / 60_000).toFixed(1)}`);

        const file = join(ignite.dir, 'health-check.yaml');
        writeFileSync(file, healthCheck);
        await ignite.ok('apply', '-f', file);
        // The process that the host knows only hands the streams of the VM on: the VM is its child.
        const wrapper = await pid();
        const children = readFileSync(`/proc/${wrapper}/task/${wrapper}/children`, 'utf8').split(' ');
        for (const each of [wrapper, ...children.filter(Boolean).map(Number)]) process.kill(each, 'SIGSTOP');
        await until(
          'another worker has taken its place',
          async () => !(await node('.metadata.name')).includes(name) && (await readyNodes()) === 1,
        );
        const took = ((Date.now() - hungMs) / 60_000).toFixed(1);
        t.diagnostic(`minutes until a hung worker was replaced: ${took}`);
      } finally {
        daemon.terminate();
        await daemon.ended;
      }
    },
  );

  test('nothing is left when it was deleted', async () => {
    assert.equal(await ignite.ok('cluster', 'delete', 'dev'), 'Deleted cluster "dev"\n');
    const left = await ignite.ok('get', '-A', '-o', 'name');
    // The ignited of the long story has kept these for itself, whatever clusters there are.
    const own = /^(image|kernel|host|namespace)\/|^sync\/manifests$|^configmap\/(.+\/)?kube-root-ca\.crt$/;
    assert.deepEqual(
      left.split('\n').filter((line) => line !== '' && !own.test(line)),
      [],
    );
    assert.doesNotMatch(readFileSync(join(ignite.dir, 'kubeconfig'), 'utf8'), /dev/);
  });
});
