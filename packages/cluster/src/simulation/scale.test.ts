import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { Machine } from '../kinds/machine.ts';
import { machineKind } from '../kinds/object-kinds.ts';
import { createCluster } from './sim-cluster.sample.ts';
import { Simulation } from './simulation.sample.ts';

const clusters = 10;
const size = { controlPlanes: 3, workers: 7 };
const number = clusters * (size.controlPlanes + size.workers);

test('clusters come up beside each other with few writes', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  for (let at = 0; at < clusters; at += 1) await createCluster(simulation, `c${at}`, size);
  const isUp = ({ status }: Machine): boolean => isTrue(status?.conditions ?? [], 'Ready');
  const count = (): number => [...simulation.world.vms.values()].filter(({ hasJoined }) => hasJoined).length;
  await simulation.until(async () => {
    if (count() < number) return false;
    return (await simulation.all<Machine>(machineKind)).filter(isUp).length === number;
  });
  assert.deepEqual(simulation.world.violations, []);
  const writes = simulation.client.calls / number;
  assert.ok(writes < 60, `${writes} writes for each Machine`);
});
