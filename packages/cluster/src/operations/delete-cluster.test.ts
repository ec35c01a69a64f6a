import assert from 'node:assert/strict';
import { test } from 'node:test';
import { own } from '../contract/names.ts';
import { clusterKind, machineKind } from '../kinds/object-kinds.ts';
import { Simulation } from '../simulation/simulation.sample.ts';
import { type Waiting, awaitCluster } from './await-cluster.ts';
import { createCluster } from './create-cluster.ts';
import { deleteCluster } from './delete-cluster.ts';
import { planCluster } from './plan-cluster.ts';
import { resumeCluster } from './suspend-cluster.ts';

const key = { namespace: 'default', name: 'dev' };
const shape = { image: 'ignite-kubernetes:v1.35.4', cpus: 2, memory: '2GB', diskSize: '10GB' };
const { signal } = new AbortController();

test('a cluster that was brought back in part can be deleted, unless somebody has paused it', async () => {
  using simulation = await Simulation.open({ seed: 12 });
  const clock = {
    now: () => simulation.nowMs,
    sleep: async (ms: number) => {
      const end = simulation.nowMs + ms;
      await simulation.until(() => simulation.nowMs >= end);
    },
  };
  const { client } = simulation;
  const waiting: Waiting = {
    ...{ client, clock, endMs: clock.now() + 3_600_000 },
    op: { signal, report: () => {} },
  };
  const planned = planCluster({
    ...key,
    ...{ version: 'v1.35.4', distribution: 'kubeadm', isEmulated: false },
    controlPlane: { kind: 'vm', replicas: 1, endpoint: { host: '10.61.0.10', port: 6443 }, shape },
    workers: { replicas: 1, shape },
    podNetwork: { kind: 'podnet' },
  });
  await createCluster(planned, client, signal);
  await awaitCluster(key, waiting);
  simulation.world.leave('default/dev');
  await simulation.change(clusterKind, 'dev', ({ metadata, ...object }) => ({
    ...object,
    metadata: { ...metadata, annotations: { [own.restoring]: 'gone', [own.suspended]: 'wished' } },
    spec: { ...(object.spec as object), paused: true },
  }));
  await assert.rejects(deleteCluster(key, waiting), { code: 'CLUSTER_PAUSED' });
  await resumeCluster(key, waiting);
  await assert.rejects(resumeCluster(key, waiting), { code: 'CLUSTER_RESTORING' });
  await deleteCluster(key, waiting);
  assert.equal(simulation.world.vms.size, 0);
  for (const kind of [clusterKind, machineKind]) assert.deepEqual(await simulation.all(kind), []);
});
