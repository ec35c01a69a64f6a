import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue } from '@ignite/toolkit/object/condition';
import { isOfControlPlane } from '../contract/is-of-control-plane.ts';
import { clusterKind, machineDeploymentKind, machineKind } from '../kinds/object-kinds.ts';
import { areReady, machinesOf, withCluster, withSpec } from './sim-cluster.sample.ts';

test('a paused cluster stays as it is, and keeps even what is deleted, until it goes on', async () => {
  using simulation = await withCluster({ controlPlanes: 1, workers: 1 });
  await simulation.change(clusterKind, 'dev', (object) => withSpec(object, { paused: true }));
  await simulation.change(machineDeploymentKind, 'dev-workers', (object) =>
    withSpec(object, { replicas: 3 }),
  );
  const worker = (await machinesOf(simulation)).find((each) => !isOfControlPlane(each))!;
  await simulation.client.delete({ ...machineKind, namespace: 'default', name: worker.metadata.name });
  const later = simulation.nowMs + 600_000;
  await simulation.until(() => simulation.nowMs > later);
  assert.equal((await machinesOf(simulation)).length, 2);
  assert.equal(simulation.world.vms.size, 2);
  const [machine] = await machinesOf(simulation);
  assert.ok(isTrue(machine?.status?.conditions ?? [], 'Paused'));
  await simulation.change(clusterKind, 'dev', (object) => withSpec(object, { paused: false }));
  await simulation.until(async () => await areReady(simulation, 4));
});
