import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { isTrue } from '@ignite/toolkit/object/condition';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { controlPlaneGroup, infrastructureGroup } from '../contract/groups.ts';
import { labels } from '../contract/names.ts';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { clusterKind, hostedControlPlaneKind, igniteClusterKind } from '../kinds/object-kinds.ts';
import { nodes, secrets } from '../workload/node.ts';
import { withSpec } from './sim-cluster.sample.ts';
import { Simulation } from './simulation.sample.ts';

const rounds = Number(process.env['IGNITE_CLUSTER_ROUNDS'] ?? 3);
const place = { metadata: { labels: { [labels.cluster]: 'dev' } } };

/** Creates a cluster with a hosted control plane behind a load balancer, as a person would. */
async function createCluster(simulation: Simulation, spec: object, infrastructure: object): Promise<void> {
  simulation.world.hosted.set('default/dev', () => simulation.pods.isServing('default/dev'));
  await simulation.create(igniteClusterKind, 'dev', infrastructure, place.metadata);
  await simulation.create(hostedControlPlaneKind, 'dev', { version: 'v1.35.4', ...spec }, place.metadata);
  await simulation.create(clusterKind, 'dev', {
    clusterNetwork: { pods: { cidrBlocks: ['10.244.0.0/16'] } },
    controlPlaneRef: { apiGroup: controlPlaneGroup, kind: hostedControlPlaneKind.kind, name: 'dev' },
    infrastructureRef: { apiGroup: infrastructureGroup, kind: igniteClusterKind.kind, name: 'dev' },
  });
}

const controlPlaneOf = async (simulation: Simulation): Promise<HostedControlPlane> =>
  (await simulation.all<HostedControlPlane>(hostedControlPlaneKind))[0]!;

async function isReady(simulation: Simulation, replicas: number, version = 'v1.35.4'): Promise<boolean> {
  const { status, metadata } = await controlPlaneOf(simulation);
  const counts = [status?.replicas, status?.availableReplicas, status?.upToDateReplicas];
  return (
    isTrue(status?.conditions ?? [], 'Available') &&
    status?.observedGeneration === metadata.generation &&
    counts.every((count) => count === replicas) &&
    status.version === version &&
    simulation.pods.members().length === replicas &&
    simulation.pods.members().every(({ isHealthy, isLearner }) => isHealthy && !isLearner)
  );
}

const replicasOf = (simulation: Simulation) =>
  [...simulation.pods.pods].filter(([, { programs }]) => programs.length > 0);

const balancedServers = async (simulation: Simulation): Promise<readonly string[]> => {
  const pod = await objectsOf(simulation.client, hostPodKind).get({
    namespace: 'default',
    name: 'dev-endpoint',
  });
  return hostPodKind.decode(pod).spec.balancer!.servers.map(({ address }) => address);
};

/** Returns the routes of the pods of replicas, each as a text. */
async function routesOf(simulation: Simulation): Promise<readonly string[]> {
  const found = await simulation.all<HostPod>(hostPodKind);
  return found
    .filter(({ spec }) => spec.programs.length > 0)
    .map(({ spec }) => (spec.routes ?? []).map(({ to, via }) => `${to} ${via}`).join(', '));
}

/** The kubelet of a node registers it, and the controller manager gives it a network for its Pods. */
const addNode = async (simulation: Simulation, at: number): Promise<void> =>
  void (await objectsOf(simulation.world.clientOf('default/dev'), nodes).create({
    metadata: { name: `node-${at}` },
    spec: { podCIDRs: [`10.244.${at}.0/24`] },
    status: { addresses: [{ type: 'InternalIP', address: `10.61.1.${at}` }] },
  }));

test('the last replica waits for the others that etcd has lost, although no other one is wanted', async () => {
  using simulation = await Simulation.open({ seed: 1 });
  const { pods, client } = simulation;
  await createCluster(simulation, { replicas: 3 }, { loadBalancer: {} });
  await simulation.until(async () => await isReady(simulation, 3));
  const hosts = objectsOf(client, hostPodKind);
  await simulation.change(hostedControlPlaneKind, 'dev', (object) => withSpec(object, { replicas: 1 }));
  for (const name of ['dev-2', 'dev-3']) {
    const place = { namespace: 'default', name };
    const { metadata } = await hosts.modify(place, (now) => ({
      ...now,
      metadata: { ...now.metadata, finalizers: [] },
    }));
    await hosts.delete(place);
    pods.fail(pods.pods.get(metadata.uid)!);
  }
  const before = await hosts.get({ namespace: 'default', name: 'dev' });
  const why = async (): Promise<string | undefined> =>
    (await controlPlaneOf(simulation)).status?.conditions?.find(({ type }) => type === 'Available')?.message;
  await simulation.until(async () => (await why()) === 'etcd does not answer, or has lost its majority');
  assert.deepEqual((await hosts.get({ namespace: 'default', name: 'dev' })).spec, before.spec);
});

describe('whatever the order, the faults and the delays', () => {
  for (let seed = 1; seed <= rounds; seed += 1)
    test(`replicas are changed one at a time although a node comes meanwhile, seed ${seed}`, async () => {
      using simulation = await Simulation.open({ seed, delays: 0.3 });
      const { pods } = simulation;
      await createCluster(simulation, { replicas: 3 }, { loadBalancer: {} });
      await simulation.until(async () => await isReady(simulation, 3));
      await addNode(simulation, 1);
      await simulation.change(hostedControlPlaneKind, 'dev', (object) =>
        withSpec(object, { version: 'v1.36.0' }),
      );
      const onStep = async (): Promise<void> => {
        const changing = replicasOf(simulation).filter(([, { startsAtMs }]) => startsAtMs > simulation.nowMs);
        assert.ok(changing.length <= 1, `${changing.length} replicas are being started again`);
        assert.deepEqual(pods.violations, []);
        await Promise.resolve();
      };
      const isRouted = async (): Promise<boolean> =>
        (await routesOf(simulation)).every((each) => each === '10.244.1.0/24 10.61.1.1');
      await simulation.until(async () => (await isReady(simulation, 3, 'v1.36.0')) && (await isRouted()), {
        onStep,
      });
    });

  for (let seed = 1; seed <= rounds; seed += 1)
    test(`a hosted control plane comes up, grows, repairs itself, is upgraded, shrinks and goes, seed ${seed}`, async () => {
      using simulation = await Simulation.open({ seed, faults: 0.05, delays: 0.3 });
      const { pods } = simulation;
      const quietly = async <T>(work: () => Promise<T>): Promise<T> => {
        simulation.client.isFaulty = false;
        const done = await work();
        simulation.client.isFaulty = true;
        return done;
      };
      const change = async (changes: object): Promise<void> =>
        await quietly(
          async () =>
            await simulation.change(hostedControlPlaneKind, 'dev', (object) => withSpec(object, changes)),
        );
      const onStep = async (): Promise<void> => {
        assert.deepEqual([...pods.violations, ...simulation.world.violations], []);
        const learners = pods.members().filter(({ isLearner }) => isLearner);
        assert.ok(learners.length <= 1, 'one member joins at a time');
        await Promise.resolve();
      };
      const until = async (holds: () => Promise<boolean>): Promise<void> =>
        await simulation.until(holds, { onStep });
      const begun = seed % 2 === 0 ? 3 : 1;
      await quietly(async () => await createCluster(simulation, { replicas: begun }, { loadBalancer: {} }));
      await until(async () => await isReady(simulation, begun));
      await change({ replicas: 3 });
      await until(async () => await isReady(simulation, 3));
      const addresses = replicasOf(simulation).map(([, { address }]) => address);
      await until(async () => (await balancedServers(simulation)).length === 3);
      assert.deepEqual((await balancedServers(simulation)).toSorted(), addresses.toSorted());

      // All replicas have a way to the Pods of the nodes that there are, also those that come later.
      const routed = async (...routes: readonly string[]): Promise<boolean> =>
        (await routesOf(simulation)).every((each) => each === routes.join(', '));
      for (const each of [1, 2]) await addNode(simulation, each);
      const both = ['10.244.1.0/24 10.61.1.1', '10.244.2.0/24 10.61.1.2'];
      await until(async () => (await routed(...both)) && (await isReady(simulation, 3)));

      // One whose etcd does not come back is replaced.
      const [, failing] = replicasOf(simulation)[seed % 3]!;
      pods.fail(failing);
      await until(async () => ![...pods.pods.values()].includes(failing) && (await isReady(simulation, 3)));

      await until(async () => await routed(...both));
      await objectsOf(simulation.world.clientOf('default/dev'), nodes).delete({ name: 'node-1' });

      await change({ version: 'v1.36.0' });
      await until(
        async () => (await isReady(simulation, 3, 'v1.36.0')) && (await routed('10.244.2.0/24 10.61.1.2')),
      );

      await change({ replicas: 1 });
      await until(async () => await isReady(simulation, 1, 'v1.36.0'));
      const { items } = await objectsOf(simulation.client, secrets).list();
      const keys = items.filter(({ metadata }) => metadata.name.startsWith('dev-hosted-'));
      assert.equal(keys.length, 4, 'the keys of replicas that are gone are gone');
      await change({ replicas: 3 });
      await until(async () => await isReady(simulation, 3, 'v1.36.0'));

      pods.isLeaving = true;
      await quietly(
        async () =>
          void (await simulation.client.delete({ ...clusterKind, namespace: 'default', name: 'dev' })),
      );
      await until(
        async () =>
          (await simulation.all(clusterKind)).length === 0 &&
          (await simulation.all(hostPodKind)).length === 0,
      );
      const left = (await objectsOf(simulation.client, secrets).list()).items;
      assert.deepEqual(
        left.map(({ metadata }) => metadata.name),
        [],
      );
    });
});
