import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vmKind } from '@ignite/api/v1/object-kinds';
import type { Vm } from '@ignite/api/v1/vm';
import { type KindResource, objectsOf } from '@ignite/toolkit/client/kind-client';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { tokenIn } from '../bootstrap/cloud-config.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { IgniteMachinePool } from '../kinds/ignite-infrastructure.ts';
import type { MachinePool } from '../kinds/machine-pool.ts';
import type { Machine } from '../kinds/machine.ts';
import {
  clusterKind,
  igniteMachineKind,
  igniteMachinePoolKind,
  kubeadmConfigKind,
  kubeadmControlPlaneKind,
  machineDeploymentKind,
  machineHealthCheckKind,
  machineKind,
  machinePoolKind,
} from '../kinds/object-kinds.ts';
import { nodes, secrets } from '../workload/node.ts';
import { textIn } from '../workload/cluster-secrets.ts';
import { createCluster } from './sim-cluster.sample.ts';
import { Simulation } from './simulation.sample.ts';

const image = { oci: 'example.com/node:v1.35.4' };

const poolOf = async (simulation: Simulation): Promise<MachinePool | undefined> =>
  (await simulation.all<MachinePool>(machinePoolKind))[0];

const machinesOf = async (simulation: Simulation): Promise<readonly Machine[]> =>
  (await simulation.all<Machine>(machineKind)).filter(
    ({ metadata }) => metadata.labels['cluster.x-k8s.io/pool-name'] === 'pool',
  );

const igniteMachinesOf = async (simulation: Simulation): Promise<readonly KubeObject[]> =>
  (await simulation.all(igniteMachineKind)).filter(
    ({ metadata }) => metadata.labels['cluster.x-k8s.io/pool-name'] === 'pool',
  );

const isRunning = async (simulation: Simulation, replicas: number): Promise<boolean> => {
  const { status } = (await poolOf(simulation))!;
  const machines = await machinesOf(simulation);
  return (
    status?.phase === 'Running' &&
    [status.replicas, status.readyReplicas, status.availableReplicas, status.nodeRefs?.length].every(
      (each) => each === replicas,
    ) &&
    machines.length === replicas &&
    machines.every((each) => isTrue(each.status?.conditions ?? [], 'Ready'))
  );
};

const scale = async (simulation: Simulation, replicas: number): Promise<void> =>
  await simulation.change(machinePoolKind, 'pool', (object) => ({
    ...object,
    spec: { ...(object as MachinePool).spec, replicas },
  }));

/** A cluster of the simulation, with a pool of VMs beside. */
async function withPool(replicas: number, further: object = {}): Promise<Simulation> {
  const simulation = await Simulation.open({ seed: 13 });
  await createCluster(simulation, 'dev', { controlPlanes: 1, workers: 1 });
  await simulation.create(kubeadmConfigKind, 'pool', {});
  await simulation.create(igniteMachinePoolKind, 'pool', {
    template: { spec: { vm: { image } } },
  });
  await simulation.create(machinePoolKind, 'pool', {
    clusterName: 'dev',
    replicas,
    ...further,
    template: {
      spec: {
        ...{ clusterName: 'dev', version: 'v1.35.4' },
        bootstrap: {
          configRef: { apiGroup: 'bootstrap.cluster.x-k8s.io', kind: 'KubeadmConfig', name: 'pool' },
        },
        infrastructureRef: {
          ...{ apiGroup: 'infrastructure.cluster.x-k8s.io', kind: 'IgniteMachinePool', name: 'pool' },
        },
      },
    },
  });
  return simulation;
}

test('a pool brings up its machines, which are nodes, and is scaled', async () => {
  using simulation = await withPool(2);
  await simulation.until(async () => await isRunning(simulation, 2));
  const pool = (await poolOf(simulation))!;
  const [first] = await machinesOf(simulation);
  assert.equal(first?.metadata.ownerReferences?.find(({ controller }) => controller)?.uid, pool.metadata.uid);
  assert.equal(first?.spec.bootstrap.dataSecretName, 'pool');
  assert.deepEqual(
    pool.spec.providerIDList?.toSorted(),
    (await machinesOf(simulation)).flatMap(({ spec }) => spec.providerID ?? []).toSorted(),
  );
  const [cluster] = await simulation.all<Cluster>(clusterKind);
  await simulation.until(async () => {
    const { workers } = (await simulation.all<Cluster>(clusterKind))[0]!.status!;
    return workers?.desiredReplicas === 3 && workers.availableReplicas === 3;
  });
  assert.equal(cluster?.metadata.name, 'dev');
  await scale(simulation, 3);
  await simulation.until(async () => await isRunning(simulation, 3));
  await scale(simulation, 1);
  await simulation.until(async () => await isRunning(simulation, 1));
  assert.equal((await simulation.all(igniteMachineKind)).length, 1);
  assert.deepEqual(simulation.failures, []);
});

test('the machines of a pool are replaced one by one when its template, its version or its config changes', async () => {
  using simulation = await withPool(2);
  await simulation.until(async () => await isRunning(simulation, 2));
  const replaces = async (change: () => Promise<void>): Promise<void> => {
    const old = new Set((await machinesOf(simulation)).map(({ metadata }) => metadata.uid));
    await change();
    await simulation.until(async () => {
      const machines = await machinesOf(simulation);
      assert.ok((await igniteMachinesOf(simulation)).length <= 3);
      assert.ok(machines.filter(({ status }) => isTrue(status?.conditions ?? [], 'Ready')).length >= 1);
      return (await isRunning(simulation, 2)) && machines.every(({ metadata }) => !old.has(metadata.uid));
    });
  };
  await replaces(
    async () =>
      await simulation.change(igniteMachinePoolKind, 'pool', (object) => ({
        ...object,
        spec: { ...(object as IgniteMachinePool).spec, template: { spec: { vm: { image, cpus: 2 } } } },
      })),
  );
  const vms = await simulation.all<Vm>(vmKind);
  assert.equal(vms.filter(({ spec }) => spec.cpus === 2).length, 2);
  await replaces(
    async () =>
      await simulation.change(machinePoolKind, 'pool', (object) => {
        const { spec } = object as MachinePool;
        const template = { ...spec.template, spec: { ...spec.template.spec, version: 'v1.35.5' } };
        return { ...object, spec: { ...spec, template } };
      }),
  );
  assert.ok((await machinesOf(simulation)).every(({ spec }) => spec.version === 'v1.35.5'));
  await simulation.create(kubeadmConfigKind, 'next', { preKubeadmCommands: ['echo next'] });
  await replaces(
    async () =>
      await simulation.change(machinePoolKind, 'pool', (object) => {
        const { spec } = object as MachinePool;
        const configRef = { ...spec.template.spec.bootstrap.configRef!, name: 'next' };
        const bootstrap = { ...spec.template.spec.bootstrap, configRef };
        const template = { ...spec.template, spec: { ...spec.template.spec, bootstrap } };
        return { ...object, spec: { ...spec, template } };
      }),
  );
  assert.ok((await machinesOf(simulation)).every(({ spec }) => spec.bootstrap.dataSecretName === 'next'));
  assert.deepEqual(simulation.failures, []);
});

test('a pool that somebody writes anew, without what its controller has written into it, keeps its machines', async () => {
  using simulation = await withPool(2);
  await simulation.until(async () => await isRunning(simulation, 2));
  const uids = async () => (await machinesOf(simulation)).map(({ metadata }) => metadata.uid).toSorted();
  const before = await uids();
  for (let time = 1; time <= 5; time += 1) {
    await simulation.change(machinePoolKind, 'pool', (object) => {
      const { spec } = object as MachinePool;
      const { dataSecretName: _written, ...bootstrap } = spec.template.spec.bootstrap;
      return {
        ...object,
        spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, bootstrap } } },
      };
    });
    await simulation.until(async () => {
      assert.equal((await igniteMachinesOf(simulation)).length, 2);
      const pool = await poolOf(simulation);
      return pool?.spec.template.spec.bootstrap.dataSecretName === 'pool';
    });
  }
  assert.deepEqual(await uids(), before);
  assert.deepEqual(simulation.failures, []);
});

test('the machines of a pool are spread over its failure domains', async () => {
  using simulation = await withPool(3, { failureDomains: ['a', 'b'] });
  await simulation.until(async () => (await machinesOf(simulation)).length === 3);
  const domains = (await machinesOf(simulation)).map(({ spec }) => spec.failureDomain);
  assert.equal(domains.filter((domain) => domain === 'a').length, 2);
  assert.equal(domains.filter((domain) => domain === 'b').length, 1);
});

test('a Machine of a pool that is deleted is replaced, also when the token of the pool has gone', async () => {
  using simulation = await withPool(1);
  await simulation.until(async () => await isRunning(simulation, 1));
  const [old] = await machinesOf(simulation);
  const workload = objectsOf(simulation.world.clientOf('default/dev'), secrets);
  for (const { metadata } of (await workload.list()).items) await workload.delete(metadata);
  await simulation.client.delete({ ...machineKind, namespace: 'default', name: old!.metadata.name });
  await simulation.until(
    async () =>
      (await isRunning(simulation, 1)) &&
      (await machinesOf(simulation)).every(({ metadata }) => metadata.uid !== old!.metadata.uid),
  );
  const data = (await simulation.all(secrets)).find(({ metadata }) => metadata.name === 'pool')!;
  const token = tokenIn(textIn(data, 'value') ?? '')!;
  const name = `bootstrap-token-${token.split('.')[0]}`;
  assert.ok(await workload.find({ namespace: 'kube-system', name }), 'the data names a token that is there');
});

test('a machine of a pool that fails is replaced', async () => {
  using simulation = await withPool(2);
  await simulation.until(async () => await isRunning(simulation, 2));
  await simulation.create(machineHealthCheckKind, 'pool', {
    clusterName: 'dev',
    selector: { matchLabels: { 'cluster.x-k8s.io/pool-name': 'pool' } },
    checks: { unhealthyNodeConditions: [{ type: 'Ready', status: 'Unknown', timeoutSeconds: 60 }] },
  });
  const [failing] = await machinesOf(simulation);
  const vm = [...simulation.world.vms.values()].find(({ name }) => name === failing!.metadata.name)!;
  await simulation.world.fail(vm);
  await simulation.until(
    async () =>
      (await isRunning(simulation, 2)) &&
      (await machinesOf(simulation)).every(({ metadata }) => metadata.uid !== failing!.metadata.uid),
  );
});

test('nothing is left of a pool that is deleted, alone or with its cluster', async () => {
  using simulation = await withPool(2);
  await simulation.until(async () => await isRunning(simulation, 2));
  await simulation.client.delete({ ...machinePoolKind, namespace: 'default', name: 'pool' });
  await simulation.until(async () => (await poolOf(simulation)) === undefined);
  await simulation.collectGarbage();
  const names = async (kind: Parameters<Simulation['all']>[0]): Promise<readonly string[]> =>
    (await simulation.all<KubeObject>(kind)).map(({ metadata }) => metadata.name);
  for (const kind of [igniteMachineKind, igniteMachinePoolKind, vmKind])
    assert.deepEqual(await names(kind), [], kind.kind);
  assert.ok(!(await names(kubeadmConfigKind)).includes('pool'));
  const { items } = await simulation.world.clientOf('default/dev').list(nodes);
  assert.equal(items.length, 2);
});

test('a control plane is not taken down before the pools of its cluster, even one without machines', async () => {
  using simulation = await withPool(0);
  await simulation.until(async () => {
    const machines = await simulation.all<Machine>(machineKind);
    return machines.length === 2 && machines.every(({ status }) => isTrue(status?.conditions ?? [], 'Ready'));
  });
  const remove = async (kind: KindResource, name: string): Promise<void> =>
    void (await simulation.client.delete({ ...kind, namespace: 'default', name }));
  await remove(machineDeploymentKind, 'dev-workers');
  await remove(kubeadmControlPlaneKind, 'dev');
  await simulation.until(async () => (await simulation.all(machineKind)).length === 1);
  const end = simulation.nowMs + 300_000;
  await simulation.until(() => simulation.nowMs >= end);
  assert.equal((await simulation.all(kubeadmControlPlaneKind)).length, 1);
  await remove(machinePoolKind, 'pool');
  await simulation.until(async () => (await simulation.all(kubeadmControlPlaneKind)).length === 0);
});
