import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../kinds/cluster.ts';
import { igniteClusterKind } from '../kinds/object-kinds.ts';
import type { Work } from '../runtime/controller.ts';
import { findEndpoint } from './find-endpoint.ts';
import { sampleControlPlane } from './hosted.sample.ts';

const { group: apiGroup, kind } = igniteClusterKind;
const cluster = {
  metadata: { namespace: 'default', name: 'dev' },
  spec: { infrastructureRef: { apiGroup, kind, name: 'dev' } },
} as unknown as Cluster;
const workWith = (spec: object): Work => ({ objects: { get: async () => ({ spec }) } }) as unknown as Work;

test('a control plane of one replica waits for a load balancer, and is its own endpoint only without one', async () => {
  const controlPlane = sampleControlPlane({});
  assert.deepEqual(await findEndpoint(controlPlane, cluster, [], workWith({ loadBalancer: {} })), {
    type: 'missing',
    waitsFor: 'the load balancer of the cluster has no address yet',
  });
  assert.deepEqual(await findEndpoint(controlPlane, cluster, [], workWith({})), { type: 'own' });
});
