import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../kinds/cluster.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { k3sCloudConfig } from './k3s-cloud-config.ts';

const { metadata } = sampleMachine({ name: 'dev' });
const cluster: Cluster = { kind: 'Cluster', apiVersion: '', metadata, spec: {} };
const node = {
  ...{ spec: {}, role: { type: 'agent' as const }, cluster, files: [], token: 'word' },
  endpoint: { host: '192.0.2.10', port: 6443 },
} as const;

test('nothing but a version gets into the command that installs k3s', () => {
  const of = (version: string): string => k3sCloudConfig({ ...node, version });
  assert.match(of('v1.35.4+k3s1'), /INSTALL_K3S_VERSION='v1\.35\.4\+k3s1' sh -s - agent/);
  assert.throws(() => of("v1.35.4+k3s1'; touch /x; '"), /must be a version/);
});
