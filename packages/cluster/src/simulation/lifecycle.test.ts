import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KindResource, objectsOf } from '@ignite/toolkit/client/kind-client';
import { isTrue } from '@ignite/toolkit/object/condition';
import { findCondition } from '../contract/conditions.ts';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import type { Machine } from '../kinds/machine.ts';
import {
  clusterKind,
  configMapObjects,
  kubeadmConfigKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
  machineDrainRuleKind,
  machineHealthCheckKind,
  machineKind,
  machineSetKind,
  secretObjects,
} from '../kinds/object-kinds.ts';
import { daemonSets, namespaces, nodes, pods, secrets } from '../workload/node.ts';
import { textIn } from '../workload/cluster-secrets.ts';
import {
  areReady,
  createCluster,
  machinesOf,
  templateRef,
  withCluster,
  withSpec,
} from './sim-cluster.sample.ts';
import { simCluster, simMachine, simMachineTemplate } from './sim-provider.sample.ts';
import { Simulation } from './simulation.sample.ts';

/** Has the workers of a cluster made from another template. */
async function replaceWorkers(simulation: Simulation): Promise<void> {
  await simulation.create(simMachineTemplate, 'large', { template: { spec: { size: 'large' } } });
  await simulation.change(machineDeploymentKind, 'dev-workers', (object) => {
    const { spec } = object as MachineDeployment;
    const { template } = spec;
    return withSpec(object, {
      template: { ...template, spec: { ...template.spec, infrastructureRef: templateRef('large') } },
    });
  });
}

test('a cluster comes up: one Machine begins it, the others join it', async () => {
  using simulation = await withCluster({ controlPlanes: 3, workers: 2 });
  const [cluster] = await simulation.all<Cluster>(clusterKind);
  assert.deepEqual(simulation.world.violations, []);
  assert.deepEqual(simulation.failures, []);
  await simulation.until(async () =>
    isTrue((await simulation.all<Cluster>(clusterKind))[0]?.status?.conditions ?? [], 'Available'),
  );
  assert.deepEqual(cluster?.spec.controlPlaneEndpoint, { host: 'dev.sim.example', port: 6443 });
  assert.equal(simulation.world.membersOf('default/dev').length, 3);
  const machines = await machinesOf(simulation);
  for (const { metadata, spec, status } of machines) {
    assert.equal(spec.providerID?.startsWith('sim://'), true);
    assert.equal(status?.nodeRef?.name, metadata.name);
    assert.equal(status?.phase, 'Running');
    assert.equal(spec.bootstrap.dataSecretName, metadata.name);
  }
  const names = (await simulation.all(secrets)).map(({ metadata }) => metadata.name);
  for (const end of ['ca', 'etcd', 'proxy', 'sa', 'kubeconfig']) assert.ok(names.includes(`dev-${end}`), end);
  const data = await Promise.all(
    machines.map(
      async ({ metadata }) =>
        textIn(
          (await simulation.all(secrets)).find((each) => each.metadata.name === metadata.name)!,
          'value',
        ) ?? '',
    ),
  );
  assert.equal(data.filter((each) => each.includes('kubeadm init')).length, 1);
  assert.equal(data.filter((each) => each.includes('kubeadm join')).length, 4);
  assert.equal(
    data.filter((each) => each.includes('/etc/kubernetes/pki/ca.key')).length,
    3,
    'workers have no keys',
  );
});

test('nodes know their Machines, and take Pods', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  const { items } = await simulation.world.clientOf('default/dev').list(nodes);
  for (const { metadata, spec } of items) {
    assert.equal(metadata.annotations['cluster.x-k8s.io/machine'], metadata.name);
    assert.deepEqual((spec as { taints: unknown[] }).taints, []);
  }
});

test('nothing of a cluster is left when it was deleted, workers first and its control plane after them', async () => {
  using simulation = await withCluster({ controlPlanes: 3, workers: 2 });
  simulation.world.leave('default/dev');
  await simulation.client.delete({ ...clusterKind, namespace: 'default', name: 'dev' });
  const order: string[] = [];
  await simulation.until(async () => (await simulation.all(clusterKind)).length === 0, {
    onStep: async () => {
      const machines = await machinesOf(simulation);
      const left = `${machines.filter((each) => !isOfControlPlane(each)).length > 0 ? 'workers, ' : ''}${machines.some(isOfControlPlane) ? 'control plane' : ''}`;
      if (order.at(-1) !== left) order.push(left);
    },
  });
  assert.deepEqual(order, ['workers, control plane', 'control plane', '']);
  await simulation.collectGarbage();
  assert.equal(simulation.world.vms.size, 0);
  const kinds: readonly KindResource[] = [
    machineKind,
    machineSetKind,
    machineDeploymentKind,
    kubeadmControlPlaneKind,
    kubeadmConfigKind,
    simMachine,
    simCluster,
    secretObjects,
    configMapObjects,
  ];
  for (const kind of kinds)
    assert.deepEqual(
      (await simulation.all(kind)).map(({ metadata }) => metadata.name),
      [],
      kind.kind,
    );
  assert.deepEqual(simulation.world.violations, []);
});

test('workers of a new template take the places of the old ones, with one more and none less meanwhile', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 3 });
  const isWorker = (each: Machine): boolean => !isOfControlPlane(each);
  const old = (await machinesOf(simulation)).filter(isWorker).map(({ metadata }) => metadata.name);
  await replaceWorkers(simulation);
  await simulation.until(
    async () => {
      const workers = (await machinesOf(simulation)).filter(isWorker);
      return (
        workers.length === 3 &&
        workers.every(
          ({ metadata, status }) => !old.includes(metadata.name) && isTrue(status?.conditions ?? [], 'Ready'),
        )
      );
    },
    {
      onStep: async () => {
        const workers = (await machinesOf(simulation)).filter(isWorker);
        const available = workers.filter(
          ({ metadata, status }) =>
            metadata.deletionTimestamp === undefined && isTrue(status?.conditions ?? [], 'Available'),
        );
        assert.ok(workers.length <= 4, `${workers.length} Machines`);
        assert.ok(available.length >= 3, `${available.length} available`);
      },
    },
  );
  await simulation.until(async () => (await simulation.all<MachineSet>(machineSetKind)).length === 1);
  const [set] = await simulation.all<MachineSet>(machineSetKind);
  assert.equal(set?.metadata.annotations['machinedeployment.clusters.x-k8s.io/revision'], '2');
  assert.deepEqual(simulation.failures, []);
});

test('a control plane of a new version is replaced one by one, and etcd keeps its majority', async () => {
  using simulation = await withCluster({ controlPlanes: 3, workers: 1 });
  await simulation.change(kubeadmControlPlaneKind, 'dev', (object) =>
    withSpec(object, { version: 'v1.36.3' }),
  );
  await simulation.until(
    async () => {
      const machines = (await machinesOf(simulation)).filter(isOfControlPlane);
      return (
        machines.length === 3 &&
        machines.every(
          ({ spec, status }) => spec.version === 'v1.36.3' && isTrue(status?.conditions ?? [], 'Ready'),
        )
      );
    },
    {
      onStep: async () => {
        const machines = (await machinesOf(simulation)).filter(isOfControlPlane);
        assert.ok(machines.length <= 4);
        assert.ok(
          machines.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length <= 1,
          'one at a time',
        );
      },
    },
  );
  assert.deepEqual(simulation.world.violations, []);
  assert.equal(simulation.world.membersOf('default/dev').length, 3);
  await simulation.until(async () => {
    const [controlPlane] = await simulation.all<KubeadmControlPlane>(kubeadmControlPlaneKind);
    const proxies = objectsOf(simulation.world.clientOf('default/dev'), daemonSets);
    const proxy = await proxies.get({ namespace: 'kube-system', name: 'kube-proxy' });
    const isUpgraded = JSON.stringify(proxy).includes('"registry.k8s.io/kube-proxy:v1.36.3"');
    return isUpgraded && controlPlane?.status?.upToDateReplicas === 3;
  });
});

test('a control plane grows to three and shrinks to one, whose etcd has one member then', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  for (const replicas of [3, 1]) {
    await simulation.change(kubeadmControlPlaneKind, 'dev', (object) => withSpec(object, { replicas }));
    await simulation.until(async () => await areReady(simulation, replicas + 1));
    assert.equal(simulation.world.membersOf('default/dev').length, replicas);
  }
  assert.deepEqual(simulation.world.violations, []);
});

test('a worker that fails is replaced, and a failed member of the control plane too', async () => {
  using simulation = await withCluster({ controlPlanes: 3, workers: 2 });
  await simulation.create(machineHealthCheckKind, 'all', {
    clusterName: 'dev',
    selector: {},
    checks: { unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown', timeoutSeconds: 300 }] },
    remediation: { triggerIf: { unhealthyLessThanOrEqualTo: 1 } },
  });
  for (const isControlPlane of [false, true]) {
    const failing = [...simulation.world.vms.values()].find((vm) => vm.isControlPlane === isControlPlane)!;
    await simulation.world.fail(failing);
    await simulation.until(
      async () =>
        !simulation.world.vms.has(failing.providerID) &&
        (await areReady(simulation, 5)) &&
        simulation.world.membersOf('default/dev').every(({ isHealthy }) => isHealthy),
    );
  }
  assert.deepEqual(simulation.world.violations, []);
  assert.equal(simulation.world.membersOf('default/dev').length, 3);
});

test('nothing is replaced where too many have failed at once', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 3 });
  await simulation.create(machineHealthCheckKind, 'workers', {
    clusterName: 'dev',
    selector: { matchLabels: { 'cluster.x-k8s.io/deployment-name': 'dev-workers' } },
    checks: { unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown', timeoutSeconds: 60 }] },
    remediation: { triggerIf: { unhealthyLessThanOrEqualTo: '40%' } },
  });
  const before = [...simulation.world.vms.keys()].toSorted();
  for (const vm of [...simulation.world.vms.values()].filter((each) => !each.isControlPlane).slice(0, 2))
    await simulation.world.fail(vm);
  const end = simulation.nowMs + 3_600_000;
  await simulation.until(() => simulation.nowMs > end);
  assert.deepEqual([...simulation.world.vms.keys()].toSorted(), before);
  const [check] = await simulation.all(machineHealthCheckKind);
  assert.equal(check && findCondition(check, 'RemediationAllowed')?.reason, 'TooManyUnhealthy');
});

test('a hook holds up the deletion of a Machine until it is taken away', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  const worker = (await machinesOf(simulation)).find((each) => !isOfControlPlane(each))!;
  const { name } = worker.metadata;
  const hook = 'pre-drain.delete.hook.machine.cluster.x-k8s.io/backup';
  const setHook = async (isSet: boolean): Promise<void> =>
    await simulation.change(machineKind, name, (object) => {
      const { [hook]: _hook, ...others } = object.metadata.annotations;
      return {
        ...object,
        metadata: { ...object.metadata, annotations: { ...others, ...(isSet && { [hook]: '' }) } },
      };
    });
  await setHook(true);
  await simulation.client.delete({ ...machineKind, namespace: 'default', name });
  const later = simulation.nowMs + 300_000;
  await simulation.until(() => simulation.nowMs > later);
  const held = (await machinesOf(simulation)).find(({ metadata }) => metadata.name === name);
  assert.equal(
    held?.status?.conditions?.find(({ type }) => type === 'Deleting')?.reason,
    'WaitingForPreDrainHook',
  );
  await setHook(false);
  await simulation.until(
    async () => !(await machinesOf(simulation)).some(({ metadata }) => metadata.name === name),
  );
  const { items } = await simulation.world.clientOf('default/dev').list(nodes);
  assert.ok(!items.some(({ metadata }) => metadata.name === name), 'its node is gone too');
});

test('a Machine whose Pods cannot be evicted tells why, and goes when the time for that is over', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  const worker = (await machinesOf(simulation)).find((each) => !isOfControlPlane(each))!;
  const { name } = worker.metadata;
  await simulation.change(machineKind, name, (object) =>
    withSpec(object, { deletion: { nodeDrainTimeoutSeconds: 300 } }),
  );
  simulation.world.failing.evictions = true;
  await simulation.client.delete({ ...machineKind, namespace: 'default', name });
  const begun = simulation.nowMs;
  const find = async (): Promise<Machine | undefined> =>
    (await machinesOf(simulation)).find(({ metadata }) => metadata.name === name);
  await simulation.until(async () => {
    const found = (await find())?.status?.conditions?.find(({ type }) => type === 'Deleting');
    return found?.message === `Pods left: default/web-${name} (this Pod has more than one disruption budget)`;
  });
  await simulation.until(async () => (await find()) === undefined, { limitMs: 3_600_000 });
  assert.ok(simulation.nowMs - begun >= 300_000);
});

test('Pods that a rule names are waited for, and those of a higher order go when they are completed', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  const worker = (await machinesOf(simulation)).find((each) => !isOfControlPlane(each))!;
  const { name } = worker.metadata;
  const workload = simulation.world.clientOf('default/dev');
  await objectsOf(workload, namespaces).create({ metadata: { name: 'jobs', labels: { kind: 'batch' } } });
  const job = { namespace: 'jobs', name: 'job' };
  await objectsOf(workload, pods).create({ metadata: job, spec: { nodeName: name } });
  await simulation.create(machineDrainRuleKind, 'jobs', {
    drain: { behavior: 'WaitCompleted' },
    machines: [{ selector: { matchLabels: { 'cluster.x-k8s.io/deployment-name': 'dev-workers' } } }],
    pods: [{ namespaceSelector: { matchLabels: { kind: 'batch' } } }],
  });
  await simulation.create(machineDrainRuleKind, 'last', { drain: { behavior: 'Drain', order: 10 } });
  await simulation.client.delete({ ...machineKind, namespace: 'default', name });
  const find = async (): Promise<Machine | undefined> =>
    (await machinesOf(simulation)).find(({ metadata }) => metadata.name === name);
  const later = simulation.nowMs + 600_000;
  await simulation.until(() => simulation.nowMs > later);
  assert.equal(
    findCondition((await find())!, 'Deleting')?.message,
    `Pods left: jobs/job, default/web-${name}`,
  );
  await objectsOf(workload, pods).modify(job, (pod) => ({ ...pod, status: { phase: 'Succeeded' } }));
  await simulation.until(async () => (await find()) === undefined);
});

test('a Machine whose node cannot be deleted goes without it', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  const worker = (await machinesOf(simulation)).find((each) => !isOfControlPlane(each))!;
  const { name } = worker.metadata;
  const find = async (): Promise<Machine | undefined> =>
    (await machinesOf(simulation)).find(({ metadata }) => metadata.name === name);
  simulation.world.failing.nodeDeletions = true;
  await simulation.client.delete({ ...machineKind, namespace: 'default', name });
  await simulation.until(async () => {
    const found = findCondition((await find())!, 'Deleting');
    return found?.message === 'the node cannot be deleted: a webhook forbids it';
  });
  await simulation.until(async () => (await find()) === undefined, { limitMs: 3_600_000 });
});

test('an etcd that does not answer holds up changes of a control plane, and its status tells so', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  const etcdOf = async () =>
    (await machinesOf(simulation))
      .filter(isOfControlPlane)
      .map((each) => findCondition(each, 'EtcdMemberHealthy'));
  simulation.world.failing.etcd = true;
  await simulation.change(kubeadmControlPlaneKind, 'dev', (object) => withSpec(object, { replicas: 3 }));
  await simulation.until(async () => {
    const [controlPlane] = await simulation.all<KubeadmControlPlane>(kubeadmControlPlaneKind);
    return findCondition(controlPlane!, 'ScalingUp')?.message === 'etcd does not answer';
  });
  assert.partialDeepStrictEqual(await etcdOf(), [{ status: 'Unknown', message: 'etcd does not answer' }]);
  simulation.world.failing.etcd = false;
  await simulation.until(async () => await areReady(simulation, 4));
});

test('a control plane whose etcd never answers begins nevertheless, and gets its workers', async () => {
  using simulation = await Simulation.open({ seed: 7 });
  simulation.world.failing.etcd = true;
  await createCluster(simulation, 'dev', { controlPlanes: 1, workers: 2 });
  await simulation.until(async () => await areReady(simulation, 3));
});

test('with OnDelete, people delete old Machines themselves, and new ones take their places', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 2 }, { strategy: { type: 'OnDelete' } });
  await replaceWorkers(simulation);
  const later = simulation.nowMs + 600_000;
  await simulation.until(() => simulation.nowMs > later);
  const workers = (await machinesOf(simulation)).filter((each) => !isOfControlPlane(each));
  assert.equal(workers.length, 2);
  const [first] = workers;
  await simulation.client.delete({ ...machineKind, namespace: 'default', name: first!.metadata.name });
  const isNew = ({ metadata }: Machine): boolean =>
    !workers.some((each) => each.metadata.name === metadata.name);
  await simulation.until(
    async () => (await areReady(simulation, 3)) && (await machinesOf(simulation)).some(isNew),
  );
  assert.equal((await machinesOf(simulation)).filter(isNew).length, 1);
});
