import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { StoreObjectClient } from '@ignite/toolkit/client/over-store/store-object-client';
import { MemoryStore } from '@ignite/toolkit/store/memory';
import type { KubeadmControlPlane } from '../kinds/kubeadm-control-plane.ts';
import { daemonSets, deployments } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { changedImage, upgradeAddons } from './kubeadm-cluster.ts';

test('changedImage: a repository and a tag are changed as far as they are given', () => {
  const cases = [
    ['registry.k8s.io/kube-proxy:v1.34.0', undefined, 'v1.35.0', 'registry.k8s.io/kube-proxy:v1.35.0'],
    ['localhost:5000/kube-proxy', undefined, 'v1.35.0', 'localhost:5000/kube-proxy:v1.35.0'],
    ['localhost:5000/kube-proxy', 'example.com/k8s/', undefined, 'example.com/k8s/kube-proxy'],
    [
      'registry.k8s.io/coredns/coredns:v1.13.1',
      undefined,
      undefined,
      'registry.k8s.io/coredns/coredns:v1.13.1',
    ],
    ['example.com/coredns:v1.13.1', 'registry.k8s.io/', 'v1.14.0', 'registry.k8s.io/coredns/coredns:v1.14.0'],
    ['registry.k8s.io/coredns/coredns:v1.13.1', 'example.com', 'v1.14.0', 'example.com/coredns:v1.14.0'],
    [
      `registry.k8s.io/kube-proxy:v1.34.0@sha256:${'0'.repeat(64)}`,
      undefined,
      'v1.35.0',
      'registry.k8s.io/kube-proxy:v1.35.0',
    ],
  ] as const;
  for (const [image, repository, tag, expected] of cases)
    assert.equal(changedImage(image, { repository, tag }), expected);
});

test('upgradeAddons: kube-proxy gets the tag of a version as kubeadm writes it', async () => {
  const served = [daemonSets, deployments].map((kind) => ({ ...kind, isNamespaced: true, hasStatus: true }));
  const objects = new StoreObjectClient(new MemoryStore(), served);
  const proxy = { namespace: 'kube-system', name: 'kube-proxy' };
  const containers = [{ name: 'kube-proxy', image: 'registry.k8s.io/kube-proxy:v1.34.0' }];
  await objectsOf(objects, daemonSets).create({
    metadata: proxy,
    spec: { template: { spec: { containers } } },
  });
  const controlPlane = {
    metadata: { annotations: {} },
    spec: { version: 'v1.35.4+vendor.1', kubeadmConfigSpec: {} },
  } as unknown as KubeadmControlPlane;
  const cluster = { objects } as unknown as WorkloadCluster;
  await upgradeAddons(controlPlane, cluster, new AbortController().signal);
  const image = 'registry.k8s.io/kube-proxy:v1.35.4_vendor.1';
  assert.deepEqual((await objectsOf(objects, daemonSets).get(proxy)).spec, {
    template: { spec: { containers: [{ name: 'kube-proxy', image }] } },
  });
});
