import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { HttpObjectClient } from '../../packages/toolkit/src/client/over-http/http-object-client.ts';
import { readKubeconfig } from '../../packages/toolkit/src/client/over-http/kubeconfig.ts';
import type { KubeObject } from '../../packages/toolkit/src/object/kube-object.ts';
import {
  type Manager,
  type RunningManager,
  clusterApi,
  manifestsOf,
  placeManagers,
  startManagers,
} from './fixtures/cluster-api.ts';
import { demoCluster } from './fixtures/demo-cluster.ts';
import { fieldDefinitions, provideFields } from './fixtures/field-provider.ts';
import { CannotBuild, askedProgram, builtProgram, clusterctl, kubectl } from './fixtures/go-program.ts';
import { kubeconfigOf, startKubeApiServer } from './fixtures/kube-api-server.ts';
import { serveStore } from './fixtures/served-store.ts';
import { normalised } from './transcript/normalised.ts';

/** Unmodified managers of Cluster API do on ignited what they do on Kubernetes. */

interface Programs {
  readonly kubectl: string;
  readonly clusterctl: string;
  readonly managers: readonly Manager[];
}

async function builtPrograms(signal: AbortSignal): Promise<Programs> {
  return {
    clusterctl: askedProgram(clusterctl),
    managers: await clusterApi(signal),
    kubectl: await builtProgram(kubectl, signal),
  };
}

const programs = await builtPrograms(new AbortController().signal).catch((failure: unknown) => {
  if (failure instanceof CannotBuild) return failure;
  throw failure;
});
const skip = programs instanceof CannotBuild ? programs.message : false;

/** An API server on which the managers run, with a cluster of ours in the namespace `garden`. */
interface Side extends AsyncDisposable {
  readonly name: string;
  readonly client: HttpObjectClient;
  readonly kubectl: (...words: readonly string[]) => Promise<string>;
  /** Returns what a command prints, without what differs between any two servers. */
  readonly printed: (command: string) => Promise<string>;
  readonly managers: readonly RunningManager[];
}

async function openSide(name: string, kubeconfig: string, programs: Programs): Promise<Side> {
  await using open = new AsyncDisposableStack();
  const dir = mkdtempSync(join(tmpdir(), 'cluster-api-'));
  open.defer(() => rmSync(dir, { recursive: true, force: true }));
  const access = await readKubeconfig(kubeconfig);
  const client = open.use(new HttpObjectClient(access));
  const env = { ...process.env, HOME: dir, KUBECONFIG: kubeconfig, LC_ALL: 'C' };
  const said = async (program: string, words: readonly string[]): Promise<string> =>
    await new Promise((resolve, reject) => {
      execFile(program, words, { env, timeout: patienceMs }, (failure, stdout) =>
        failure ? reject(failure) : resolve(stdout),
      );
    });
  const kubectl = async (...words: readonly string[]): Promise<string> => await said(programs.kubectl, words);
  const apply = async (objects: readonly object[]): Promise<void> => {
    const file = join(dir, 'objects.json');
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    writeFileSync(file, JSON.stringify(list));
    await kubectl('apply', '--server-side', '--validate=strict', '-f', file);
  };
  await apply(fieldDefinitions);
  const placed = await placeManagers(programs.managers);
  for (const each of placed) await apply(manifestsOf(each));
  const managers = await startManagers(placed, { access, kubectl, dir });
  for (const manager of managers) open.use(manager);
  await kubectl('wait', '--for=condition=Established', 'crd', '--all', `--timeout=${patienceMs}ms`);
  const stop = new AbortController();
  const providing = provideFields(client, stop.signal);
  open.defer(async () => {
    stop.abort();
    await providing;
  });
  await kubectl('create', 'namespace', 'garden');
  // A manager is asked as soon as it listens, and answers when it knows its kinds.
  await untilDone(name, async () => await apply(demoCluster).then(() => true));
  const printed = async (command: string): Promise<string> => {
    const [program = '', ...words] = command.split(' ');
    return withoutNames(await said(program === 'kubectl' ? programs.kubectl : programs.clusterctl, words));
  };
  const opened = open.move();
  return {
    name,
    client,
    kubectl,
    printed,
    managers,
    [Symbol.asyncDispose]: async () => await opened.disposeAsync(),
  };
}

/** The names of some objects end in letters that are drawn by lot, and so does their order. */
function withoutNames(text: string): string {
  const named = text.replaceAll(/\b(pilots|workers|\d{6,})-[a-z0-9]{5}(-[a-z0-9]{5})?\b/g, '$1-SUFFIX');
  // After a while without the new cluster, the words for its absence are others.
  const patient = named.replaceAll('Remote connection probe failed', 'Remote connection not established yet');
  return normalised(patient, {}).replaceAll(/ +/g, ' ').split('\n').sort().join('\n');
}

/** A busy machine may take long. */
const patienceMs = 240_000;

async function untilDone(what: string, isDone: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ;) {
    const failure = await isDone().then(
      (done) => (done ? undefined : new Error('not yet')),
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (Date.now() > deadline) throw new Error(`${what} in time`, { cause: failure });
    await delay(500);
  }
}

const at = (group: string, version: string, resource: string) => ({ group, version, resource });
const clusters = at('cluster.x-k8s.io', 'v1beta2', 'clusters');
const machines = at('cluster.x-k8s.io', 'v1beta2', 'machines');
const configs = at('bootstrap.cluster.x-k8s.io', 'v1beta2', 'kubeadmconfigs');
const secrets = at('', 'v1', 'secrets');

type Machine = KubeObject & { readonly status?: { readonly phase?: string } };

/** Returns how many machines are in which phase. */
async function phasesOf({ client }: Side): Promise<string> {
  const { items } = await client.list(machines, { namespace: 'garden' });
  const phases = (items as readonly Machine[]).map(({ status }) => status?.phase ?? 'none').sort();
  return phases.join(' ');
}

const commands = [
  'kubectl get cluster-api -n garden',
  'kubectl get cluster-api -n garden -o wide',
  'kubectl get cluster-api -n garden --show-labels',
  'kubectl get machines.v1beta1.cluster.x-k8s.io,machinedeployments.v1beta1.cluster.x-k8s.io -n garden',
  'kubectl get secrets -n garden',
  `kubectl get cluster-api,secrets -n garden -o custom-columns=${[
    'KIND:.kind',
    'NAME:.metadata.name',
    'OWNERS:.metadata.ownerReferences[*].name',
    'FINALIZERS:.metadata.finalizers',
    'CONDITIONS:.status.conditions[*].reason',
  ].join()}`,
  ...['capi-system', 'capi-kubeadm-bootstrap-system', 'capi-kubeadm-control-plane-system'].map(
    (namespace) => `kubectl get leases,services -n ${namespace}`,
  ),
  'clusterctl describe cluster demo -n garden --grouping=false',
];

/** A manager ends when it can no longer lead. */
function assertRunning(sides: readonly Side[]): void {
  for (const { name, log, hasEnded } of sides.flatMap(({ managers }) => managers))
    assert.ok(!hasEnded(), `${name} has ended: ${log().slice(-2_000)}`);
}

/** Waits until all commands print the same on both servers, which get there by different ways, and compares them. */
async function assertSame(here: Side, there: Side): Promise<void> {
  const both = async () => await Promise.all([answersOf(here), answersOf(there)]);
  let [seen, wanted] = await both();
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline && !isDeepStrictEqual(seen, wanted);) {
    await delay(1_000);
    [seen, wanted] = await both();
  }
  assert.deepEqual(seen, wanted);
}

/** Returns what each command prints. The commands are run one after the other, which a busy machine can bear. */
async function answersOf(side: Side): Promise<Readonly<Record<string, string>>> {
  const answers: Record<string, string> = {};
  for (const command of commands)
    answers[command] = await side
      .printed(command)
      .catch((failure: Error) => `${side.name}: ${failure.message}`);
  return answers;
}

test('the managers of Cluster API do on ignited what they do on Kubernetes', { skip }, async (t) => {
  assert.ok(!(programs instanceof CannotBuild));
  await using api = await serveStore();
  await using kubernetes = await startKubeApiServer();
  await using here = await openSide('ignited', api.kubeconfig, programs);
  await using there = await openSide('Kubernetes', kubeconfigOf(kubernetes), programs);
  const sides = [here, there];

  await t.test('a cluster gets machines, credentials and what boots its first machine', async () => {
    for (const side of sides)
      await untilDone('machines', async () => (await phasesOf(side)) === 'Pending Pending Provisioned');
    await assertSame(here, there);
    const { items } = await here.client.list(secrets, { namespace: 'garden' });
    const names = items.map(({ metadata }) => metadata.name.replace(/^pilots-\w{5}$/, 'pilots-SUFFIX'));
    assert.deepEqual(names, [
      'demo-ca',
      'demo-etcd',
      'demo-kubeconfig',
      'demo-proxy',
      'demo-sa',
      'pilots-SUFFIX',
    ]);
    const { data } = items.at(-1) as KubeObject & { readonly data: { readonly value: string } };
    assert.match(Buffer.from(data.value, 'base64').toString(), /kubeadm init/);
  });

  await t.test('a scale of a MachineDeployment makes machines', async () => {
    assertRunning(sides);
    for (const side of sides) {
      await side.kubectl('scale', 'machinedeployment/workers', '--replicas=3', '-n', 'garden');
      await untilDone(
        'machines',
        async () => (await phasesOf(side)) === 'Pending Pending Pending Provisioned',
      );
    }
    await assertSame(here, there);
  });

  await t.test('a cluster that is deleted leaves nothing', async () => {
    assertRunning(sides);
    await here.kubectl('delete', 'cluster', 'demo', '-n', 'garden', '--wait=false');
    await untilDone('an empty namespace', async () => {
      const left = await Promise.all(
        [clusters, machines, configs, secrets].map(
          async (each) => await here.client.list(each, { namespace: 'garden' }),
        ),
      );
      return left.every(({ items }) => items.length === 0);
    });
  });
});
