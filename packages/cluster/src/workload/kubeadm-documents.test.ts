import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import type { KubeadmConfigSpec } from '../kinds/kubeadm-config.ts';
import { nextClusterConfiguration } from './kubeadm-documents.ts';

const known = {
  apiVersion: 'kubeadm.k8s.io/v1beta3',
  kind: 'ClusterConfiguration',
  kubernetesVersion: 'v1.30.0',
  clusterName: 'dev',
  controlPlaneEndpoint: '192.0.2.1:6443',
  certificatesDir: '/etc/kubernetes/pki',
  networking: { dnsDomain: 'cluster.local', podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/12' },
  imageRepository: 'registry.k8s.io',
  apiServer: { extraArgs: { profiling: 'false' } },
  etcd: { local: { dataDir: '/var/lib/etcd' } },
  scheduler: { extraArgs: { v: '5' } },
};

test('nextClusterConfiguration: the cluster stays what it is, and control planes that join are as wanted now', () => {
  const extraArgs = [{ name: 'profiling', value: 'true' }];
  const spec: KubeadmConfigSpec = {
    format: 'cloud-config',
    clusterConfiguration: { apiServer: { extraArgs }, certificateValidityPeriodDays: 30 },
  };
  const { apiVersion: _v, imageRepository: _r, etcd: _e, scheduler: _s, ...lasting } = known;
  const next = nextClusterConfiguration(stringify(known), { spec, version: 'v1.31.2' });
  assert.deepEqual(parse(next), {
    ...lasting,
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    kubernetesVersion: 'v1.31.2',
    apiServer: { extraArgs },
    certificateValidityPeriod: '720h',
  });
  assert.equal(nextClusterConfiguration(next, { spec, version: 'v1.31.2' }), next);
  assert.deepEqual(parse(nextClusterConfiguration(stringify(known), { spec, version: 'v1.30.4' })), {
    ...lasting,
    apiVersion: 'kubeadm.k8s.io/v1beta3',
    kubernetesVersion: 'v1.30.4',
    apiServer: { extraArgs: { profiling: 'true' } },
    certificateValidityPeriod: '720h',
  });
});
