import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from '@ignite/toolkit/codec/parse-yaml';
import type { Cluster } from '../kinds/cluster.ts';
import { sampleMachine } from '../kinds/machine.sample.ts';
import { type K3sRole, k3sCloudConfig } from './k3s-cloud-config.ts';

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

const pair = { certificate: 'certificate', key: 'key' };
const keys = { ca: pair, etcd: pair, proxy: pair, sa: pair };

/** Returns the arguments of the API server in the configuration of a node. */
function apiServerArguments(role: K3sRole, kubeAPIServerArg?: readonly string[]): unknown {
  const text = k3sCloudConfig({
    ...{ ...node, role, version: 'v1.35.4+k3s1' },
    spec: { serverConfig: { ...(kubeAPIServerArg && { kubeAPIServerArg: [...kubeAPIServerArg] }) } },
  });
  const { write_files: files } = readYaml(text) as {
    readonly write_files: readonly { readonly path: string; readonly content: string }[];
  };
  const { content } = files.find(({ path }) => path === '/etc/rancher/k3s/config.yaml')!;
  return (readYaml(content) as Readonly<Record<string, unknown>>)['kube-apiserver-arg'];
}

test('servers tell the load balancer whether they are ready, unless people do not want that', () => {
  for (const type of ['first server', 'server'] as const) {
    const told = (given?: readonly string[]): unknown =>
      apiServerArguments({ type, keys, agentToken: 'word' }, given);
    assert.deepEqual(told(), ['anonymous-auth=true']);
    assert.deepEqual(told(['v=2']), ['anonymous-auth=true', 'v=2']);
    assert.deepEqual(told(['anonymous-auth=false']), ['anonymous-auth=false']);
    assert.deepEqual(told(['--anonymous-auth=false']), ['--anonymous-auth=false']);
  }
  assert.equal(apiServerArguments({ type: 'agent' }), undefined);
});
