import assert from 'node:assert/strict';
import { test } from 'node:test';
import { own } from '../contract/names.ts';
import { clusterKind, machineDeploymentKind, machineKind } from '../kinds/object-kinds.ts';
import { createCluster } from './sim-cluster.sample.ts';
import { Simulation } from './simulation.sample.ts';

test('a cluster that is suspended or goes back stays as it is although somebody takes its pause away, until it goes on', async () => {
  using simulation = await Simulation.open({ seed: 7 });
  await createCluster(simulation, 'dev', { controlPlanes: 1, workers: 1 });
  const count = async (): Promise<number> => (await simulation.all(machineKind)).length;
  const annotate = async (annotations: Readonly<Record<string, string>>): Promise<void> =>
    await simulation.change(clusterKind, 'dev', (object) => ({
      ...object,
      metadata: { ...object.metadata, annotations },
      spec: { ...(object.spec as object), paused: false },
    }));
  await simulation.until(async () => (await count()) === 2);
  let replicas = 1;
  for (const annotation of [own.suspended, own.restoring]) {
    const before = await count();
    await annotate({ [annotation]: 'wished' });
    replicas += 1;
    await simulation.change(machineDeploymentKind, 'dev-workers', (object) => ({
      ...object,
      spec: { ...(object.spec as object), replicas },
    }));
    const later = simulation.nowMs + 600_000;
    await simulation.until(() => simulation.nowMs > later);
    assert.equal(await count(), before);
    await annotate({});
    await simulation.until(async () => (await count()) === before + 1);
  }
});
