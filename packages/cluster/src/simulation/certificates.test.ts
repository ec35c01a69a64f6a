import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import type { Machine } from '../kinds/machine.ts';
import { kubeadmControlPlaneKind, machineKind } from '../kinds/object-kinds.ts';
import { createCluster } from './sim-cluster.sample.ts';
import { Simulation } from './simulation.sample.ts';

const dayMs = 24 * 3_600_000;

test('the Machines of a control plane are replaced one by one before their certificates expire', async () => {
  using simulation = await Simulation.open({ seed: 11 });
  await createCluster(simulation, 'dev', { controlPlanes: 3, workers: 0 });
  const machines = async (): Promise<readonly Machine[]> => await simulation.all<Machine>(machineKind);
  const areReady = async (): Promise<boolean> => {
    const all = await machines();
    return all.length === 3 && all.every(({ status }) => isTrue(status?.conditions ?? [], 'Ready'));
  };
  await simulation.until(areReady);
  const old = new Set((await machines()).map(({ metadata }) => metadata.uid));
  const expiresAt = new Date(simulation.nowMs + 20 * dayMs).toISOString();
  simulation.world.certificateEndMs = Date.parse(expiresAt);
  const replaceBefore = async (certificatesExpiryDays: number): Promise<void> =>
    await simulation.change(kubeadmControlPlaneKind, 'dev', (object) => {
      const { spec } = object as KubeadmControlPlane;
      return { ...object, spec: { ...spec, rollout: { before: { certificatesExpiryDays } } } };
    });
  await replaceBefore(10);
  await simulation.until(async () =>
    (await machines()).every(({ status }) => status?.certificatesExpiryDate === expiresAt),
  );
  assert.ok(
    (await machines()).every(({ metadata }) => old.has(metadata.uid)),
    'there is time',
  );
  simulation.world.certificateEndMs = simulation.nowMs + 365 * dayMs;
  await replaceBefore(30);
  await simulation.until(
    async () => (await areReady()) && (await machines()).every(({ metadata }) => !old.has(metadata.uid)),
  );
  assert.deepEqual(simulation.world.violations, []);
});
