import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { MachineDeployment } from '../kinds/machine-deployment.ts';
import type { Machine } from '../kinds/machine.ts';
import { clusterKind, machineDeploymentKind, machineKind } from '../kinds/object-kinds.ts';
import { nodes } from '../workload/node.ts';
import { createCluster } from './sim-cluster.sample.ts';
import { simCluster, simMachine, simMachineTemplate } from './sim-provider.sample.ts';
import { Simulation } from './simulation.sample.ts';

const machinesOf = async (simulation: Simulation): Promise<readonly Machine[]> =>
  await simulation.all<Machine>(machineKind);

/** Opens a simulation with a cluster that is up. */
async function withCluster(size: {
  readonly controlPlanes: number;
  readonly workers: number;
}): Promise<Simulation> {
  const simulation = await Simulation.open({ seed: 7 });
  await createCluster(simulation, 'dev', size);
  await simulation.until(async () => {
    const machines = await machinesOf(simulation);
    const ready = machines.filter(({ status }) => isTrue(status?.conditions ?? [], 'Ready'));
    return ready.length === size.controlPlanes + size.workers;
  });
  return simulation;
}

test('a control plane whose Machines are all deleted at once leaves its etcd one by one', async () => {
  using simulation = await withCluster({ controlPlanes: 3, workers: 0 });
  for (const { metadata } of await machinesOf(simulation))
    await simulation.client.delete({ ...machineKind, namespace: metadata.namespace, name: metadata.name });
  const sizes = new Set<number>();
  const members = (): number => simulation.world.membersOf('default/dev').length;
  await simulation.until(() => members() === 1, { onStep: async () => void sizes.add(members()) });
  assert.deepEqual([...sizes], [3, 2, 1]);
  assert.deepEqual(simulation.world.violations, []);
});

test('a cluster is deleted although the kinds of its provider were deleted before it', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  simulation.world.leave('default/dev');
  const definitions = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
  for (const { resource, group } of [simCluster, simMachine, simMachineTemplate])
    await simulation.client.delete({ ...definitions, namespace: '', name: `${resource}.${group}` });
  await simulation.client.delete({ ...clusterKind, namespace: 'default', name: 'dev' });
  await simulation.until(async () => (await simulation.all(clusterKind)).length === 0);
  assert.deepEqual(await machinesOf(simulation), []);
});

test('the taints of a Machine reach its node, and are taken away with it', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  const taintsOf = async (): Promise<readonly unknown[]> => {
    const { items } = await simulation.world.clientOf('default/dev').list(nodes);
    const worker = items.find(({ metadata }) => metadata.name.startsWith('dev-workers'));
    return (worker!.spec as { readonly taints: readonly unknown[] }).taints;
  };
  const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
  const withTaints = async (taints: readonly object[]): Promise<void> =>
    await simulation.change(machineDeploymentKind, 'dev-workers', (object) => {
      const { spec } = object as MachineDeployment;
      const template = { ...spec.template, spec: { ...spec.template.spec, taints } };
      return { ...object, spec: { ...spec, template } };
    });
  await withTaints([{ ...taint, propagation: 'Always' }]);
  await simulation.until(async () => (await taintsOf()).length === 1);
  assert.deepEqual(await taintsOf(), [taint]);
  await withTaints([]);
  await simulation.until(async () => (await taintsOf()).length === 0);
});
