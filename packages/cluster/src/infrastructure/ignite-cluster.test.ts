import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { labels } from '../contract/names.ts';
import type { Cluster } from '../kinds/cluster.ts';
import type { IgniteCluster } from '../kinds/ignite-infrastructure.ts';
import { clusterKind, igniteClusterKind, igniteMachineKind, machineKind } from '../kinds/object-kinds.ts';
import type { Machine } from '../kinds/machine.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { found, namespace, openInfrastructure } from './infrastructure.sample.ts';
import { planBalancer } from './plan-balancer.ts';

const dev = { namespace, name: 'dev' };
const endpoint = { namespace, name: 'dev-endpoint' };

async function createCluster(client: ObjectClient, more: object = {}): Promise<void> {
  await objectsOf(client, igniteClusterKind).create({ metadata: dev, spec: { loadBalancer: {}, ...more } });
  await objectsOf(client, clusterKind).create({
    metadata: dev,
    spec: { infrastructureRef: { apiGroup: igniteClusterKind.group, kind: 'IgniteCluster', name: 'dev' } },
  });
}

const infrastructureOf = async (client: ObjectClient): Promise<IgniteCluster> =>
  (await objectsOf(client, igniteClusterKind).get(dev)) as IgniteCluster;

const readyOf = async (client: ObjectClient): Promise<string> => {
  const { status } = await infrastructureOf(client);
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return `${ready?.status} ${ready?.reason}`;
};

/** Plays the host that runs a pod. */
const tellPod = async (client: ObjectClient, status: 'True' | 'False'): Promise<unknown> =>
  await objectsOf(client, hostPodKind).modifyStatus(endpoint, (now) => ({
    ...now,
    status: {
      address: '10.61.0.2',
      conditions: [
        { type: 'Ready', status, reason: 'Told', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    },
  }));

test('the address of the load balancer becomes the endpoint, and the load balancer leads to the control plane', async () => {
  await using opened = openInfrastructure();
  const { client } = opened;
  const pods = objectsOf(client, hostPodKind);
  await createCluster(client);
  const pod = (await found(async () => await pods.find(endpoint))) as HostPod;
  assert.deepEqual(pod.spec.balancer, { port: 6_443, path: '/readyz', servers: [] });
  await found(async () => ((await readyOf(client)) === 'False WaitingForLoadBalancer' ? true : undefined));
  assert.equal((await infrastructureOf(client)).status?.initialization, undefined);

  await tellPod(client, 'True');
  await found(async () => ((await readyOf(client)) === 'True Provisioned' ? true : undefined));
  const cluster = await found(async () => {
    const now = (await objectsOf(client, clusterKind).get(dev)) as Cluster;
    return now.spec.controlPlaneEndpoint?.host === undefined ? undefined : now;
  });
  assert.deepEqual(cluster.spec.controlPlaneEndpoint, { host: '10.61.0.2', port: 6_443 });

  await objectsOf(client, igniteMachineKind).create({
    metadata: { namespace, name: 'dev-1' },
    spec: { vm: { image: { oci: 'node' } } },
  });
  await objectsOf(client, machineKind).create({
    metadata: { namespace, name: 'dev-1', labels: { [labels.controlPlane]: '' } },
    spec: {
      clusterName: 'dev',
      bootstrap: { dataSecretName: 'data' },
      infrastructureRef: { apiGroup: igniteMachineKind.group, kind: 'IgniteMachine', name: 'dev-1' },
    },
  });
  const vms = objectsOf(client, vmKind);
  await found(async () => await vms.find({ namespace, name: 'dev-1' }));
  const network = { ipAddresses: ['10.61.0.11'], mac: '', gateway: '' };
  await vms.modifyStatus({ namespace, name: 'dev-1' }, (now) => ({
    ...now,
    status: { phase: 'Running', network },
  }));
  const balanced = await found(async () => {
    const { spec } = (await pods.get(endpoint)) as HostPod;
    return spec.balancer!.servers.length > 0 ? spec.balancer : undefined;
  });
  assert.deepEqual(balanced.servers, [{ name: 'dev-1', address: '10.61.0.11', port: 6_443 }]);

  await tellPod(client, 'False');
  await found(async () => ((await readyOf(client)) === 'False LoadBalancerNotReady' ? true : undefined));
  await pods.delete(endpoint);
  await found(async () => ((await readyOf(client)) === 'False LoadBalancerDeleted' ? true : undefined));
  assert.equal(await pods.find(endpoint), undefined);
});

test('the load balancer goes with its cluster, and that of somebody else stays', async () => {
  await using opened = openInfrastructure();
  const { client } = opened;
  const pods = objectsOf(client, hostPodKind);
  const clusters = objectsOf(client, igniteClusterKind);
  await createCluster(client);
  await found(async () => await pods.find(endpoint));
  await objectsOf(client, clusterKind).delete(dev);
  await found(async () => ((await clusters.find(dev)) ? undefined : true));
  assert.equal(await pods.find(endpoint), undefined);

  await pods.create({ metadata: endpoint, spec: {} });
  await createCluster(client);
  await found(async () => ((await readyOf(client)) === 'False NameTaken' ? true : undefined));
  await objectsOf(client, clusterKind).delete(dev);
  await found(async () => ((await clusters.find(dev)) ? undefined : true));
  assert.ok(await pods.find(endpoint));
});

test('an endpoint that somebody has chosen stays, and the load balancer comes up behind it', async () => {
  await using opened = openInfrastructure();
  const { client } = opened;
  const controlPlaneEndpoint = { host: 'dev.example.com', port: 443 };
  await createCluster(client, { controlPlaneEndpoint });
  await found(async () => await objectsOf(client, hostPodKind).find(endpoint));
  await tellPod(client, 'True');
  await found(async () => ((await readyOf(client)) === 'True Provisioned' ? true : undefined));
  assert.deepEqual((await infrastructureOf(client)).spec.controlPlaneEndpoint, controlPlaneEndpoint);
});

test('planBalancer: Machines that go get no connections, unless all go', () => {
  const member = (name: string, address: string | undefined, isLeaving: boolean): Machine => {
    const machine = sampleMachine({ name, isLeaving });
    const addresses = address === undefined ? [] : [{ type: 'InternalIP' as const, address }];
    return {
      ...machine,
      metadata: { ...machine.metadata, labels: { [labels.controlPlane]: '' } },
      status: { ...machine.status, addresses },
    };
  };
  const worker = sampleMachine({ name: 'worker' });
  const [b, a, c] = [
    member('b', '10.0.0.2', false),
    member('a', '10.0.0.1', true),
    member('c', undefined, false),
  ];
  const namesOf = (...machines: Parameters<typeof planBalancer>[1]): readonly string[] =>
    planBalancer(443, machines).servers.map(({ name, address, port }) => `${name} ${address} ${port}`);
  assert.deepEqual(namesOf(b, a, c, worker), ['b 10.0.0.2 6443']);
  assert.deepEqual(namesOf(a, c), ['a 10.0.0.1 6443']);
  assert.deepEqual(namesOf(c, worker), []);
  assert.deepEqual(namesOf(b, member('a.b', '10.0.0.6', false)), ['b 10.0.0.2 6443']);
  assert.deepEqual(namesOf(b, member('e', '10.0.0.5:1\nlog 10.0.0.6', false)), ['b 10.0.0.2 6443']);
  assert.deepEqual(namesOf(member('d', '10.0.0.4', false), b), ['b 10.0.0.2 6443', 'd 10.0.0.4 6443']);
});

test('planBalancer: the replicas of a hosted control plane are servers once they have an address', () => {
  const pod = (name: string, address: string | undefined, more: object = {}): HostPod =>
    ({ metadata: { name, labels: {}, ...more }, status: { address } }) as unknown as HostPod;
  const pods = [
    pod('dev-2', '10.61.0.3'),
    pod('dev', '10.61.0.2'),
    pod('dev-3', undefined),
    pod('dev-4', '10.61.0.5', { deletionTimestamp: '2026-11-30T00:00:00Z' }),
  ];
  const { servers } = planBalancer(443, [], pods);
  assert.deepEqual(
    servers.map(({ name, address, port }) => `${name} ${address} ${port}`),
    ['dev 10.61.0.2 6443', 'dev-2 10.61.0.3 6443'],
  );
});
