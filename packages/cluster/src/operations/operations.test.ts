import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProgressEvent } from '@ignite/api/client/progress';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import {
  clusterClassKind,
  clusterKind,
  configMapObjects,
  igniteClusterKind,
  igniteMachineTemplateKind,
  k3sConfigTemplateKind,
  kubeadmConfigTemplateKind,
  kubeadmControlPlaneKind,
  machineKind,
  secretObjects,
} from '../kinds/object-kinds.ts';
import { clusterResources } from '../kinds/resources.ts';
import { createClass, createTopology, pool } from '../simulation/sim-class.sample.ts';
import { Simulation } from '../simulation/simulation.sample.ts';
import { nodes } from '../workload/node.ts';
import { type Waiting, awaitCluster } from './await-cluster.ts';
import type { K3sControlPlane } from '../kinds/k3s-control-plane.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import type { ClusterRequest } from './cluster-request.ts';
import { clusterTree } from './cluster-tree.ts';
import { kindOf, viewCluster } from './cluster-view.ts';
import { createCluster } from './create-cluster.ts';
import { deleteCluster } from './delete-cluster.ts';
import { findCluster } from './find-cluster.ts';
import { versionsOf } from './plan-upgrade.ts';
import { planCluster } from './plan-cluster.ts';
import { readClusterKubeconfig } from './read-kubeconfig.ts';
import { scaleCluster } from './scale-cluster.ts';
import { imagesOfUpgrade, upgradeCluster } from './upgrade-cluster.ts';

const shape = { image: 'ignite-kubernetes:v1.35.4', cpus: 2, memory: '2GB', diskSize: '10GB' };
const key = { namespace: 'default', name: 'dev' };
const request: ClusterRequest = {
  ...key,
  version: 'v1.35.4',
  distribution: 'kubeadm',
  controlPlane: { kind: 'vm', replicas: 1, endpoint: { host: '10.61.0.10', port: 6443 }, shape },
  workers: { replicas: 2, shape },
  podNetwork: { kind: 'podnet' },
  isEmulated: false,
};
const { signal } = new AbortController();

interface Opened extends Disposable {
  readonly simulation: Simulation;
  readonly waiting: Waiting;
  readonly told: string[];
}

/** Opens a simulation whose time goes on while a command waits. */
async function open(timeoutMs = 3_600_000): Promise<Opened> {
  const simulation = await Simulation.open({ seed: 12 });
  const told: string[] = [];
  const clock = {
    now: () => simulation.nowMs,
    sleep: async (ms: number) => {
      const end = simulation.nowMs + ms;
      await simulation.until(() => simulation.nowMs >= end);
    },
  };
  const report = (event: ProgressEvent): void => {
    if (event.kind === 'timing') told.push(`timing: ${event.what}, ${event.milliseconds}`);
    else if (event.kind !== 'transfer') told.push(`${event.kind}: ${event.message}`);
  };
  const endMs = clock.now() + timeoutMs;
  const waiting = { client: simulation.client, clock, endMs, op: { signal, report } };
  return { simulation, waiting, told, [Symbol.dispose]: () => simulation[Symbol.dispose]() };
}

async function openWithCluster(asked = request): Promise<Opened> {
  const opened = await open();
  await createCluster(planCluster(asked), opened.simulation.client, signal);
  await awaitCluster(key, opened.waiting);
  return opened;
}

const namesOf = (objects: readonly KubeObject[]): readonly string[] =>
  objects.map(({ metadata }) => metadata.name).toSorted();

/** Everything of a cluster that is stored, by kind and name. */
async function leftIn(simulation: Simulation): Promise<readonly string[]> {
  const kinds: readonly KindResource[] = [
    ...clusterResources.map(({ group, kind }) => kindOf({ apiGroup: group, kind })),
    ...[vmKind, secretObjects, configMapObjects],
  ];
  const found: string[] = [];
  for (const kind of kinds)
    found.push(...(await simulation.all(kind)).map(({ metadata }) => `${kind.kind}/${metadata.name}`));
  return found;
}

test('a cluster is created, and what it lacks is told until it is there', async () => {
  using opened = await openWithCluster();
  const { simulation } = opened;
  const told = opened.told.filter((text) => text.startsWith('step: '));
  const timings = opened.told.filter((text) => text.startsWith('timing: '));
  assert.equal(told[0], 'step: Waiting for the infrastructure');
  assert.ok(
    told.some((text) => text.includes('the control plane: it is not initialized')),
    told.join('\n'),
  );
  assert.match(told.at(-1)!, /^step: Waiting for the workers dev-workers: [01] of 2 are available/);
  // Each thing that is waited for has taken some time, the last one too.
  assert.deepEqual(
    timings.map((text) => text.replace(/, [1-9]\d*(\.\d+)?$/, '')),
    told.map((text) => text.replace('step: Waiting for', 'timing: wait for')),
  );
  assert.deepEqual(simulation.world.violations, []);
  const { items } = await simulation.world.clientOf('default/dev').list(nodes);
  assert.equal(items.length, 3);
  assert.match(
    await readClusterKubeconfig(key, simulation.client, signal),
    /server: https:\/\/10.61.0.10:6443/,
  );
  const roles = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' };
  const applied = (): Promise<boolean> =>
    simulation.world
      .clientOf('default/dev')
      .list(roles)
      .then((found) => namesOf(found.items).join() === 'ignite:podnet');
  await simulation.until(applied);
  const view = await findCluster(simulation.client, key, signal);
  const tree = clusterTree(view).map(
    ({ branch, title, replicas, condition }) =>
      `${branch}${title.replace(/-0[0-9a-z]{4}(?=$|-)/g, '-*')} ${replicas} ${condition?.status ?? ''}`,
  );
  assert.deepEqual(tree, [
    'Cluster/dev  True',
    '├─Infrastructure - IgniteCluster/dev  True',
    '├─ControlPlane - KubeadmControlPlane/dev-control-plane 1/1 True',
    '│ └─Machine/dev-control-plane-*  True',
    '└─Workers  ',
    '  └─MachineDeployment/dev-workers 2/2 True',
    '    ├─Machine/dev-workers-*-*  True',
    '    └─Machine/dev-workers-*-*  True',
  ]);
});

test('a creation that was cut off is completed by another one', async () => {
  using opened = await open();
  const { simulation, waiting } = opened;
  const planned = planCluster(request);
  for (const { kind, object } of planned.slice(0, 3)) await simulation.client.create(kind, object);
  await createCluster(planned, simulation.client, signal);
  const { metadata } = await createCluster(planned, simulation.client, signal);
  const { cluster, deployments } = await awaitCluster(key, waiting);
  assert.equal(cluster.metadata.uid, metadata.uid, 'a cluster that is on its way is waited for');
  assert.equal(deployments[0]?.status?.availableReplicas, 2);
});

test('a cluster that is up, or is another one, is there already', async () => {
  using opened = await open();
  const { simulation, waiting } = opened;
  const isThere = async (asked: ClusterRequest): Promise<void> =>
    await assert.rejects(createCluster(planCluster(asked), simulation.client, signal), (failure) =>
      hasCode(failure, 'CLUSTER_EXISTS'),
    );
  await createCluster(planCluster(request), simulation.client, signal);
  await isThere({ ...request, workers: { replicas: 3, shape } });
  await isThere({ ...request, workers: { replicas: 2, shape: { ...shape, cpus: 4 } } });
  await awaitCluster(key, waiting);
  await isThere(request);
});

test("an object of somebody else's of the same name is not taken", async () => {
  using opened = await open();
  const { simulation } = opened;
  await simulation.create(igniteClusterKind, 'dev', {});
  await assert.rejects(createCluster(planCluster(request), simulation.client, signal), (failure) =>
    hasCode(failure, 'CLUSTER_NAME_TAKEN'),
  );
  assert.deepEqual(await simulation.all(clusterKind), []);
});

test('a cluster is scaled to more workers and to fewer, and its control plane to three', async () => {
  using opened = await openWithCluster();
  const { simulation, waiting } = opened;
  for (const size of [{ workers: 4 }, { workers: 1, controlPlanes: 3 }]) {
    await scaleCluster(await findCluster(simulation.client, key, signal), size, simulation.client, signal);
    const { machines } = await awaitCluster(key, waiting);
    assert.equal(machines.length, size.workers + (size.controlPlanes ?? 1));
  }
  assert.equal(simulation.world.membersOf('default/dev').length, 3);
  assert.deepEqual(simulation.world.violations, []);
});

test('an upgrade changes the control plane first, and then the workers; old templates go', async () => {
  using opened = await openWithCluster();
  const { simulation, waiting, told } = opened;
  const templates = await simulation.all(igniteMachineTemplateKind);
  const before = namesOf(templates);
  const { labels, namespace } = templates[0]!.metadata;
  const mine = { metadata: { name: 'mine-20261130', namespace, labels }, spec: templates[0]!['spec'] };
  await objectsOf(simulation.client, igniteMachineTemplateKind).create(mine);
  told.length = 0;
  const view = await findCluster(simulation.client, key, signal);
  assert.deepEqual(
    [...(await imagesOfUpgrade(view, { version: 'v1.36.3' }, simulation.client, signal))],
    ['ignite-kubernetes:v1.36.3'],
  );
  const { machines, controlPlane } = await upgradeCluster(view, { version: 'v1.36.3' }, waiting);
  assert.equal((controlPlane as KubeadmControlPlane).status?.version, 'v1.36.3');
  assert.deepEqual([...new Set(machines.map(({ spec }) => spec.version))], ['v1.36.3']);
  const images = (await simulation.all<Vm>(vmKind)).map(({ spec }) => spec.image.oci);
  assert.deepEqual([...new Set(images)], ['ignite-kubernetes:v1.36.3']);
  const first = (part: string): number => told.findIndex((text) => text.includes(part));
  assert.ok(
    first('the control plane') !== -1 && first('the control plane') < first('the workers'),
    told.join('\n'),
  );
  const after = namesOf(await simulation.all(igniteMachineTemplateKind));
  assert.equal(after.length, 3);
  assert.ok(after.includes('mine-20261130'), 'a template of somebody else stays, whatever its name');
  assert.ok(after.every((name) => !before.includes(name)));
  assert.equal((await simulation.all(kubeadmConfigTemplateKind)).length, 1);
  assert.deepEqual(simulation.world.violations, []);
  const again = await upgradeCluster(
    await findCluster(simulation.client, key, signal),
    { version: 'v1.36.3' },
    waiting,
  );
  assert.deepEqual(namesOf(again.machines), namesOf(machines), 'an upgrade that is done changes nothing');
});

test('an upgrade of k3s takes its images, and the templates that are used stay', async () => {
  const ofK3s = { ...shape, image: 'ignite-k3s:v1.35.4-k3s1' };
  const asked: ClusterRequest = {
    ...request,
    version: 'v1.35.4+k3s1',
    distribution: 'k3s',
    controlPlane: { ...request.controlPlane, kind: 'vm', shape: ofK3s },
    workers: { replicas: 1, shape: ofK3s },
    podNetwork: { kind: 'flannel' },
  };
  using opened = await openWithCluster(asked);
  const { simulation, waiting } = opened;
  const version = 'v1.36.1+k3s2';
  const view = await findCluster(simulation.client, key, signal);
  const { machines, controlPlane } = await upgradeCluster(view, { version }, waiting);
  assert.deepEqual([...new Set(machines.map(({ spec }) => spec.version))], [version]);
  const images = (await simulation.all<Vm>(vmKind)).map(({ spec }) => spec.image.oci);
  assert.deepEqual([...new Set(images)], ['ignite-k3s:v1.36.1-k3s2']);
  const used = [
    (controlPlane as K3sControlPlane).spec.machineTemplate.infrastructureRef.name,
    view.deployments[0]!.metadata.name,
  ];
  const templates = namesOf(await simulation.all(igniteMachineTemplateKind));
  assert.equal(templates.length, 2);
  assert.ok(templates.includes(used[0]!));
  assert.ok(templates.some((name) => name.startsWith(used[1]!)));
  assert.equal((await simulation.all(k3sConfigTemplateKind)).length, 1);
  assert.deepEqual(simulation.world.violations, []);
});

test('the versions of a cluster are those that its machines have, when an upgrade was cut off', async () => {
  using opened = await openWithCluster();
  const { simulation, waiting } = opened;
  const upgrade = upgradeCluster(
    await findCluster(simulation.client, key, signal),
    { version: 'v1.36.3' },
    { ...waiting, endMs: 0 },
  );
  await assert.rejects(upgrade, (failure) => hasCode(failure, 'CLUSTER_NOT_READY'));
  const view = await findCluster(simulation.client, key, signal);
  const [workers] = view.deployments;
  const asked = {
    ...workers!,
    spec: {
      ...workers!.spec,
      template: {
        ...workers!.spec.template,
        spec: { ...workers!.spec.template.spec, version: 'v1.36.3' },
      },
    },
  };
  assert.deepEqual(versionsOf({ ...view, deployments: [asked] }, 'v1.37.0'), {
    controlPlane: 'v1.36.3',
    running: 'v1.35.4',
    workers: [{ name: 'dev-workers', version: 'v1.35.4' }],
  });
  const skip = simulation.change(kubeadmControlPlaneKind, 'dev-control-plane', (now) => ({
    ...now,
    spec: { ...(now.spec as object), version: 'v1.37.0' },
  }));
  await assert.rejects(skip, /must not skip a minor version/);
});

test('an image whose name does not tell its version is asked for', async () => {
  using opened = await open();
  const { simulation, waiting } = opened;
  const plain = { ...shape, image: 'example.com/node:latest' };
  await createCluster(
    planCluster({ ...request, workers: { replicas: 1, shape: plain } }),
    simulation.client,
    signal,
  );
  const view = (await viewCluster(simulation.client, key, signal))!;
  await awaitCluster(key, waiting);
  await assert.rejects(imagesOfUpgrade(view, { version: 'v1.36.3' }, simulation.client, signal), (failure) =>
    hasCode(failure, 'NODE_IMAGE_UNKNOWN'),
  );
  await assert.rejects(upgradeCluster(view, { version: 'v1.36.3' }, waiting), (failure) =>
    hasCode(failure, 'NODE_IMAGE_UNKNOWN'),
  );
});

test('nothing is left of a cluster that was deleted, but what somebody has brought', async () => {
  using opened = await openWithCluster();
  const { simulation, waiting, told } = opened;
  simulation.world.leave('default/dev');
  const labels = { 'cluster.x-k8s.io/cluster-name': 'dev' };
  const metadata = { namespace: 'default', name: 'mine', labels };
  await objectsOf(simulation.client, secretObjects).create({ metadata });
  const owner = { apiVersion: 'v1', kind: 'Namespace', name: 'default', uid: 'not-of-the-cluster' };
  await objectsOf(simulation.client, secretObjects).create({
    metadata: { ...metadata, name: 'synced', ownerReferences: [owner] },
  });
  told.length = 0;
  await deleteCluster(key, waiting);
  assert.deepEqual(await leftIn(simulation), ['Secret/mine', 'Secret/synced']);
  assert.equal(simulation.world.vms.size, 0);
  assert.match(told[0]!, /the deletion of 3 machines/);
  await assert.rejects(deleteCluster(key, waiting), (failure) => hasCode(failure, 'CLUSTER_NOT_FOUND'));
});

test('a class that has the label of a cluster is not deleted with it', async () => {
  using opened = await openWithCluster();
  const { simulation, waiting } = opened;
  simulation.world.leave('default/dev');
  await createClass(simulation, 'any');
  await simulation.change(clusterClassKind, 'any', ({ metadata, ...object }) => ({
    ...object,
    metadata: { ...metadata, labels: { ...metadata.labels, 'cluster.x-k8s.io/cluster-name': 'dev' } },
  }));
  await deleteCluster(key, waiting);
  assert.equal((await simulation.all(clusterClassKind)).length, 1);
});

test('a cluster that is made again as soon as the Cluster is gone is not taken apart', async () => {
  using opened = await openWithCluster();
  const { simulation, waiting } = opened;
  simulation.world.leave('default/dev');
  let isMade = false;
  const sleep = async (ms: number): Promise<void> => {
    await waiting.clock.sleep(ms, signal);
    if (isMade || (await viewCluster(simulation.client, key, signal))) return;
    isMade = true;
    await createCluster(planCluster(request), simulation.client, signal);
  };
  await deleteCluster(key, { ...waiting, clock: { ...waiting.clock, sleep } });
  assert.ok(isMade);
  const { deployments, machines } = await awaitCluster(key, waiting);
  assert.equal(deployments.length, 1);
  assert.equal(machines.length, 3);
});

test('what a creation that was cut off has left is deleted without a Cluster', async () => {
  using opened = await open();
  const { simulation, waiting } = opened;
  for (const { kind, object } of planCluster(request).slice(0, -1))
    await simulation.client.create(kind, object);
  await deleteCluster(key, waiting);
  assert.deepEqual(await leftIn(simulation), []);
});

test('a wait ends with its time, and says for what it was; a paused cluster is not waited for in vain', async () => {
  using opened = await open(5_000);
  const { simulation, waiting } = opened;
  await createCluster(planCluster(request), simulation.client, signal);
  await simulation.change(clusterKind, 'dev', (now) => ({
    ...now,
    spec: { ...(now.spec as object), paused: true },
  }));
  await assert.rejects(awaitCluster(key, waiting), {
    code: 'CLUSTER_NOT_READY',
    message:
      'cluster "dev" is not as it was asked for in time: waiting for somebody to resume the cluster, which is paused',
  });
  await assert.rejects(deleteCluster(key, waiting), (failure) => hasCode(failure, 'CLUSTER_PAUSED'));
  assert.equal((await simulation.all(machineKind)).length, 0);
});

test('commands change the topology of a cluster that has one', async () => {
  using opened = await open();
  const { simulation, waiting } = opened;
  await createClass(simulation, 'any');
  await createTopology(simulation, 'dev', { workers: { machineDeployments: [pool('a', 1)] } });
  const view = await awaitCluster(key, waiting);
  await scaleCluster(view, { workers: 2, controlPlanes: 3 }, simulation.client, signal);
  const scaled = await awaitCluster(key, waiting);
  assert.equal(scaled.machines.length, 5);
  await assert.rejects(
    upgradeCluster(scaled, { version: 'v1.36.3', image: 'other' }, waiting),
    /have the image that its ClusterClass says/,
  );
  const upgraded = await upgradeCluster(scaled, { version: 'v1.36.3' }, waiting);
  assert.deepEqual(
    upgraded.machines.map(({ spec }) => spec.version),
    Array.from({ length: 5 }, () => 'v1.36.3'),
  );
  await createTopology(simulation, 'two', { workers: { machineDeployments: [pool('a', 1), pool('b', 1)] } });
  const two = await findCluster(simulation.client, { namespace: 'default', name: 'two' }, signal);
  await assert.rejects(
    scaleCluster(two, { workers: 2 }, simulation.client, signal),
    /2 MachineDeployments, and none is called workers/,
  );
});
