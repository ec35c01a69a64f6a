import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { publicKeyHash } from '@ignite/cluster/workload/cluster-secrets';
import { parse, stringify } from 'yaml';
import { CannotBuild } from '../kubernetes/fixtures/go-program.ts';
import { type ClusterPrograms, componentArchive, findClusterPrograms } from './fixtures/cluster-images.ts';
import { Ignite, type Started } from './fixtures/ignite.ts';
import { openPretendedNode } from './fixtures/pretended-node.ts';
import { watchLeaks } from './fixtures/leaks.ts';

const version = 'v1.35.4';
/** The same programs under the name of another version, to which a control plane is upgraded. */
const nextVersion = 'v1.36.0';
const patienceMs = 600_000;
const run = promisify(execFile);

const found = await findClusterPrograms();
const programs: ClusterPrograms = found instanceof CannotBuild ? new Map() : found;
const skip = found instanceof CannotBuild ? found.message : false;
const components = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

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
spec: {}
---
apiVersion: controlplane.cluster.x-k8s.io/v1beta2
kind: HostedControlPlane
metadata: {name: dev, namespace: default}
spec: {version: ${version}}
`;

interface Fields {
  readonly [name: string]: unknown;
}
interface Object_ extends Fields {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
}

describe('a hosted control plane', { skip }, () => {
  const [kubectl = '', kubeadm = ''] = [programs.get('kubectl'), programs.get('kubeadm')];
  let leaks: AsyncDisposable;
  let ignite: Ignite;
  let daemon: Started;
  let address = '';
  /** Runs kubectl against ignited, and against the cluster. */
  const ours = async (...words: readonly string[]): Promise<string> =>
    (await run(kubectl, ['--kubeconfig', join(ignite.dir, 'ignited.kubeconfig'), ...words])).stdout;
  const clusters = async (...words: readonly string[]): Promise<string> =>
    (await run(kubectl, ['--kubeconfig', kubeconfig(), ...words])).stdout;
  const kubeconfig = (): string => join(ignite.dir, 'dev.kubeconfig');
  const field = async (what: string, path: string): Promise<string> =>
    await ours('get', what, '-o', `jsonpath={${path}}`);

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + patienceMs; !(await holds().catch(() => false)); await delay(500))
      if (Date.now() > deadline)
        assert.fail(`${what} did not come to pass: ${await ours('get', 'hcp,hpo', '-o', 'yaml')}`);
  }
  const untilReady = async (of: string): Promise<void> =>
    await until(`a control plane of ${of}`, async () => {
      const status = '.status.version} {.status.availableReplicas} {.status.upToDateReplicas';
      return (await field('hcp/dev', status)) === `${of} 1 1`;
    });
  const pidOf = (component: string): number =>
    Number(
      execFileSync(
        'pgrep',
        ['-f', `^/usr/local/bin/${component} .*(${address}|/var/lib/etcd|kubernetes/kubeconfig)`],
        {
          encoding: 'utf8',
        },
      ).split('\n')[0],
    );

  async function startDaemon(): Promise<void> {
    daemon = ignite.start(['daemon', '--api', '--api-address', '127.0.0.1:0', '--clusters']);
    await until('ignited', async () => {
      writeFileSync(join(ignite.dir, 'ignited.kubeconfig'), await ignite.ok('kubeconfig'), { mode: 0o600 });
      await ours('get', 'hcp');
      return true;
    });
  }

  before(async () => {
    leaks = watchLeaks();
    ignite = await Ignite.open(227);
    await ignite.ok('image', 'load', '-i', componentArchive(version, programs));
    await startDaemon();
  });
  after(async () => {
    daemon.terminate();
    await daemon.ended;
    await ignite[Symbol.asyncDispose]();
    await leaks[Symbol.asyncDispose]();
  });

  test('its API server answers whoever has the kubeconfig of the cluster', async () => {
    const file = join(ignite.dir, 'cluster.yaml');
    writeFileSync(file, manifests);
    await ours('apply', '-f', file);
    await untilReady(version);
    const secret = await field('secret/dev-kubeconfig', '.data.value');
    writeFileSync(kubeconfig(), Buffer.from(secret, 'base64'), { mode: 0o600 });
    assert.equal(await clusters('get', '--raw', '/readyz'), 'ok');
    address = await field('hpo/dev', '.status.address');
    assert.match(address, /^10\.227\./);
    // Another controller looks at the Cluster.
    await until('the Cluster', async () => (await field('cluster/dev', '.status.phase')) === 'Provisioned');
    assert.equal(await field('cluster/dev', '.spec.controlPlaneEndpoint.host'), address);
    assert.equal(await field('hcp/dev', '.status.externalManagedControlPlane'), 'true');
  });

  test('its programs run as users without privileges, and only the API server can be reached', async () => {
    const users = components.map((component) => {
      const status = execFileSync('cat', [`/proc/${pidOf(component)}/status`], { encoding: 'utf8' });
      assert.match(status, /^NoNewPrivs:\t1$/m);
      assert.match(status, /^Seccomp:\t2$/m);
      assert.match(status, /^CapEff:\t0+$/m);
      return Number(/^Uid:\t(\d+)/m.exec(status)?.[1]);
    });
    assert.equal(new Set(users).size, components.length);
    assert.ok(users.every((user) => user >= 0x72000000));
    const listening = execFileSync(
      'nsenter',
      ['--net', '--target', String(pidOf('kube-apiserver')), 'ss', '-Hltn'],
      { encoding: 'utf8' },
    );
    const reachable = listening
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/\s+/)[3]!)
      .filter((local) => !local.startsWith('127.0.0.1:'));
    assert.deepEqual(reachable, [`${address}:6443`]);
  });

  test('it reaches the Pods of its nodes: an aggregated API answers, and a webhook is asked', async () => {
    await using node = await openPretendedNode(ignite, address.replace(/\d+\.\d+$/, '200.200'));
    await clusters('apply', '-f', node.manifest);
    // It looks at its nodes every minute, and when it is changed itself.
    await ours('annotate', 'hcp', 'dev', 'nodes=more');
    await until('the API', async () => /APIResourceList/.test(await clusters('get', '--raw', node.path)));
    const asked = async () => await clusters('create', '-f', node.asking, '--dry-run=server').catch(String);
    await until('the webhook', async () => /denied the request: a Pod says no/.test(await asked()));
    await clusters('delete', '-f', node.manifest);
    await ours('annotate', 'hcp', 'dev', 'nodes=none', '--overwrite');
    await until('the end of the route', async () => (await field('hpo/dev', '.spec.routes')) === '[]');
  });

  test('kubeadm finds in it what a worker needs to join, and its kubelet gets a certificate', async () => {
    const { stdout } = await run(kubeadm, ['token', 'create', '--kubeconfig', kubeconfig()]);
    const token = stdout.trim();
    const ca = Buffer.from(await field('secret/dev-ca', '.data.tls\\.crt'), 'base64').toString();
    const join_ = await run(kubeadm, [
      ...['join', 'phase', 'preflight', `${address}:6443`, '--token', token],
      ...['--discovery-token-ca-cert-hash', publicKeyHash(ca), '--ignore-preflight-errors', 'all'],
    ]);
    assert.match(join_.stdout, /Reading configuration from the "kubeadm-config" ConfigMap/);
    const key = join(ignite.dir, 'kubelet.key');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const request = execFileSync('openssl', [
      ...['req', '-new', '-key', key, '-subj', '/O=system:nodes/CN=system:node:worker'],
    ]);
    const csr = {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'worker' },
      spec: {
        signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
        request: request.toString('base64'),
        usages: ['digital signature', 'client auth'],
      },
    };
    const file = join(ignite.dir, 'csr.json');
    writeFileSync(file, JSON.stringify(csr));
    const authority = join(ignite.dir, 'ca.crt');
    writeFileSync(authority, ca);
    await run(kubectl, [
      ...['--kubeconfig', '/dev/null', '--server', `https://${address}:6443`, '--token', token],
      ...['--certificate-authority', authority, 'create', '-f', file],
    ]);
    await until('the certificate of the kubelet', async () => {
      const issued = await clusters('get', 'csr', 'worker', '-o', 'jsonpath={.status.certificate}');
      return issued !== '';
    });
  });

  test('it holds the objects that kubeadm writes itself, in what they mean', async () => {
    const written = await nodeObjects();
    await clusters('delete', '-n', 'kube-system', 'deploy/coredns', 'ds/kube-proxy', 'svc/kube-dns');
    await clusters(
      'delete',
      '-n',
      'kube-system',
      ...['coredns', 'kube-proxy', 'kubeadm-config', 'kubelet-config'].map((name) => `cm/${name}`),
    );
    const config = join(ignite.dir, 'kubeadm.yaml');
    writeFileSync(
      config,
      [
        {
          ...{ apiVersion: 'kubeadm.k8s.io/v1beta4', kind: 'InitConfiguration' },
          nodeRegistration: { name: 'x', criSocket: 'unix:///none' },
          localAPIEndpoint: { advertiseAddress: address },
        },
        {
          ...{ apiVersion: 'kubeadm.k8s.io/v1beta4', kind: 'ClusterConfiguration' },
          ...{ clusterName: 'dev', kubernetesVersion: version, controlPlaneEndpoint: `${address}:6443` },
          networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' },
        },
      ]
        .map((document) => stringify(document))
        .join('---\n'),
    );
    for (const phase of ['upload-config kubeadm', 'upload-config kubelet', 'bootstrap-token', 'addon all'])
      await run(kubeadm, [
        'init',
        'phase',
        ...phase.split(' '),
        '--config',
        config,
        '--kubeconfig',
        kubeconfig(),
      ]);
    const theirs = await nodeObjects();
    assert.deepEqual([...written.keys()].toSorted(), [...theirs.keys()].toSorted());
    const differences = [...written].flatMap(([name, own]) => {
      // Their ConfigMaps say more, which is the same as what programs take without it.
      const assertSame = name.startsWith('ConfigMap ')
        ? assert.partialDeepStrictEqual
        : assert.deepStrictEqual;
      try {
        assertSame(theirs.get(name), own);
        return [];
      } catch (failure) {
        return [`${name}: ${errorText(failure)}`];
      }
    });
    assert.equal(differences.join('\n'), '');
  });

  test('a component and ignited that are killed are back, with what was stored', async () => {
    await clusters('create', 'configmap', 'kept', '--from-literal', 'a=b');
    const before = await field('hpo/dev', '.status.programs[?(@.name=="kube-apiserver")].restarts');
    for (const component of ['kube-apiserver', 'etcd']) process.kill(pidOf(component), 'SIGKILL');
    daemon.kill();
    await daemon.ended;
    const survivor = pidOf('kube-scheduler');
    await startDaemon();
    await until('the API server', async () => (await clusters('get', '--raw', '/readyz')) === 'ok');
    assert.equal(await clusters('get', 'cm', 'kept', '-o', 'jsonpath={.data.a}'), 'b');
    assert.equal(pidOf('kube-scheduler'), survivor);
    await until('the count of restarts', async () => {
      const path = '.status.programs[?(@.name=="kube-apiserver")].restarts';
      return Number(await field('hpo/dev', path)) > Number(before);
    });
  });

  test('it is suspended and goes on, and goes back to a snapshot of it', async () => {
    const names = async (): Promise<readonly string[]> =>
      (await clusters('get', 'cm', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ').toSorted();
    assert.equal(await ignite.ok('cluster', 'suspend', 'dev'), 'Suspended cluster "dev"\n');
    for (const component of components) assert.throws(() => pidOf(component), component);
    assert.equal(await field('hpo/dev', '.status.address'), address);
    assert.equal(await ignite.ok('cluster', 'resume', 'dev'), 'Resumed cluster "dev"\n');
    assert.deepEqual(await names(), ['kept', 'kube-root-ca.crt']);
    assert.equal(
      await ignite.ok('cluster', 'snapshot', 'dev', 'ready'),
      'Took snapshot "ready" of cluster "dev"\n',
    );
    await clusters('delete', 'cm', 'kept');
    await clusters('create', 'cm', 'later');
    // What was cut short is done again.
    const restoring = '.metadata.annotations.ignite\\.weave\\.works/restoring';
    const cut = ignite.start(['cluster', 'restore', 'dev', 'ready']);
    await until('the beginning', async () => (await field('cluster/dev', restoring)) === 'ready');
    cut.kill();
    await cut.ended;
    const resumed = await ignite.run('cluster', 'resume', 'dev');
    assert.match(
      resumed.stderr,
      /^error: cluster "dev" is being brought back to the snapshot "ready"\nhint: run "ignite cluster restore default\/dev ready" again/,
    );
    assert.equal(
      await ignite.ok('cluster', 'restore', 'dev', 'ready'),
      'Brought cluster "dev" back to snapshot "ready"\n',
    );
    assert.deepEqual(await names(), ['kept', 'kube-root-ca.crt']);
    const taken = await ignite.ok('get', 'clustersnapshots', '-o', 'name');
    assert.equal(taken, 'clustersnapshot/ready\n');
    // A pod without programs holds the copy too, as one does for a template, and needs no address for that.
    const copy = await field('clustersnapshot/ready', '.spec.copy');
    const holder = {
      apiVersion: await field('hpo/dev', '.apiVersion'),
      kind: 'HostPod',
      metadata: { name: 'holder' },
    };
    const file = join(ignite.dir, 'holder.yaml');
    writeFileSync(file, stringify({ ...holder, spec: { copies: [copy], copiesOf: 'dev' } }));
    await ours('apply', '-f', file);
    await until('the other copy', async () => (await field('hpo/holder', '.status.copies[0]')) === copy);
    assert.equal(
      await ignite.ok('cluster', 'snapshot', 'dev', 'ready', '--remove'),
      'Removed snapshot "ready" of cluster "dev"\n',
    );
    await until('the end of the copy', async () => (await field('hpo/dev', '.status.copies')) === '');
    assert.equal(await field('hpo/holder', '.status.copies[0]'), copy);
    assert.equal(await field('hpo/holder', '.status.address'), '');
    await ours('delete', 'hpo', 'holder');
  });

  test('it goes to the next version, the API server first, and not beyond', async () => {
    await ignite.ok('image', 'load', '-i', componentArchive(nextVersion, programs));
    const to = async (wanted: string): Promise<string> =>
      await ours('patch', 'hcp', 'dev', '--type=merge', '-p', JSON.stringify({ spec: { version: wanted } }));
    await assert.rejects(
      to('v1.37.0'),
      /must not skip a minor version of Kubernetes: v1.35.4 is what runs now/,
    );
    await to(nextVersion);
    await untilReady(nextVersion);
    assert.equal(await clusters('get', 'cm', 'kept', '-o', 'jsonpath={.data.a}'), 'b');
    await assert.rejects(to(version), /must not go back/);
    const image = '.spec.template.spec.containers[0].image';
    assert.equal(
      await clusters('get', 'ds/kube-proxy', '-n', 'kube-system', '-o', `jsonpath={${image}}`),
      `registry.k8s.io/kube-proxy:${nextVersion}`,
    );
  });

  test('a cluster that is deleted leaves nothing on the host', async () => {
    await ours('delete', 'cluster', 'dev', '--timeout=300s');
    assert.equal((await ours('get', 'hcp,hpo,secrets', '-o', 'name')).trim(), '');
    const { dataDir, runDir } = ignite.paths;
    for (const dir of [
      join(dataDir, 'pods'),
      join(dataDir, 'pod-images'),
      join(runDir, 'pods'),
      join(runDir, 'vms'),
    ])
      assert.deepEqual(readdirSync(dir), [], dir);
    for (const component of components) assert.throws(() => pidOf(component), component);
  });

  /** Returns what the objects that nodes need say, by their names, without what servers and authors add. */
  async function nodeObjects(): Promise<ReadonlyMap<string, unknown>> {
    const kinds =
      'configmaps,roles,rolebindings,clusterroles,clusterrolebindings,daemonsets,deployments,services';
    const { items } = JSON.parse(await clusters('get', kinds, '-A', '-o', 'json')) as {
      readonly items: readonly Object_[];
    };
    const wanted =
      /^(kubeadm:.*|kubeadm-config|kubelet-config|cluster-info|kube-proxy|kube-dns|coredns|system:coredns)$/;
    return new Map(
      items
        .filter(({ metadata }) => wanted.test(metadata.name))
        .map((object) => [`${String(object['kind'])} ${object.metadata.name}`, meaningOf(object)]),
    );
  }
});

/** Returns what an object means: its rules, whom it binds, its configuration, or the programs that it runs. */
function meaningOf({ rules, roleRef, subjects, data, spec }: Object_): unknown {
  const { template, ports, clusterIP, selector } = (spec ?? {}) as Fields & {
    readonly template?: { readonly spec: { readonly containers: readonly Fields[] } & Fields };
  };
  if (template) {
    const { containers, hostNetwork, priorityClassName, serviceAccountName, nodeSelector } = template.spec;
    return {
      ...{ hostNetwork, priorityClassName, serviceAccountName, nodeSelector },
      containers: containers.map(
        ({ name, image, command, args, env, ports: open, resources, securityContext }) => ({
          ...{ name, image, command, args, env, open, resources, securityContext },
        }),
      ),
    };
  }
  if (data) return Object.fromEntries(Object.entries(data).flatMap(configured));
  return {
    rules,
    roleRef,
    subjects: ((subjects ?? []) as readonly Fields[])
      .map(({ kind, name }) => `${String(kind)} ${String(name)}`)
      .toSorted(),
    ...{ ports, clusterIP, selector },
  };
}

/** The signatures of tokens come and go, and a Corefile has a form of its own. */
const configured = ([name, text]: readonly [string, string]): readonly (readonly [string, unknown])[] => {
  if (name.startsWith('jws-')) return [];
  return [[name, name === 'Corefile' ? new Set(text.match(/[\w./:-]+/g)) : withoutEmpty(parse(text))]];
};

const withoutEmpty = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
