import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { Machine } from '../kinds/machine.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterKind, machineKind } from '../kinds/object-kinds.ts';
import { createCluster } from './sim-cluster.sample.ts';
import { Simulation } from './simulation.sample.ts';

const isReady = ({ status }: Machine): boolean => isTrue(status?.conditions ?? [], 'Ready');

async function areReady(simulation: Simulation, number: number): Promise<boolean> {
  const machines = await simulation.all<Machine>(machineKind);
  return machines.length === number && machines.every(isReady);
}

test('a cluster comes up, and nothing of it is left when it was deleted', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  await createCluster(simulation, 'dev', { controlPlanes: 3, workers: 2 });
  await simulation.until(async () => await areReady(simulation, 5));
  console.error(simulation.reconciles, simulation.client.calls, simulation.failures.length, (simulation.nowMs-1_800_000_000_000)/1000, simulation.failures.slice(-5));
});
