import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { coreKinds } from '@ignite/toolkit/core/kinds';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import { labels } from '../contract/names.ts';
import { controllerReference } from '../contract/owner.ts';
import { clusterKind, hostedControlPlaneKind } from '../kinds/object-kinds.ts';
import { kinds } from '../kinds/kinds.ts';
import { findCluster } from './find-cluster.ts';
import { scaleCluster } from './scale-cluster.ts';

const metadata = { namespace: 'default', name: 'dev' };
const { signal } = new AbortController();

/** A cluster with a hosted control plane, whose replica has an address, and an endpoint. */
async function open(endpoint: string) {
  const client = new StoreObjectClient(new MemoryStore(), [...kinds, ...coreKinds].map(servedKindOf));
  const { group, kind } = hostedControlPlaneKind;
  await new KindClient(client, clusterKind).create({
    metadata,
    spec: {
      controlPlaneRef: { apiGroup: group, kind, name: 'dev' },
      controlPlaneEndpoint: { host: endpoint, port: 6443 },
    },
  });
  const controlPlanes = new KindClient(client, hostedControlPlaneKind);
  const made = await controlPlanes.create({ metadata, spec: { version: 'v1.35.4' } });
  const ownerReferences = [controllerReference(hostedControlPlaneKind, made)];
  const pods = new KindClient(client, hostPodKind);
  await pods.create({
    metadata: { ...metadata, labels: { [labels.cluster]: 'dev' }, ownerReferences },
    spec: {},
  });
  await pods.modifyStatus(metadata, (now) => ({ ...now, status: { address: '10.61.0.2' } }));
  const scale = async (count: number): Promise<void> =>
    await scaleCluster(await findCluster(client, metadata, signal), { controlPlanes: count }, client, signal);
  return { scale, replicas: async () => (await controlPlanes.get(metadata)).spec.replicas };
}

test('a hosted control plane behind a load balancer is scaled', async () => {
  const { scale, replicas } = await open('10.61.0.9');
  await scale(3);
  assert.equal(await replicas(), 3);
});

test('one whose replica is the endpoint is not, since the others would never come', async () => {
  const { scale, replicas } = await open('10.61.0.2');
  await assert.rejects(scale(3), {
    code: 'CLUSTER_ENDPOINT_OF_REPLICA',
    message:
      'the endpoint of cluster "dev" is the address of the only replica of its control plane, and cannot be changed',
  });
  await scale(1);
  assert.equal(await replicas(), 1);
});
