import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientCertificate, createSecret, newAuthority } from '../workload/cluster-secrets.ts';
import { areReady, createCluster } from './sim-cluster.sample.ts';
import { Simulation } from './simulation.sample.ts';

const files = {
  caFile: '/etc/kubernetes/pki/etcd/ca.crt',
  certFile: '/etc/kubernetes/pki/apiserver-etcd-client.crt',
  keyFile: '/etc/kubernetes/pki/apiserver-etcd-client.key',
};

test('workers of a cluster whose etcd is elsewhere join it, although nobody knows the key of its authority', async () => {
  using simulation = await Simulation.open({ seed: 17 });
  const authority = newAuthority('etcd', simulation.nowMs);
  const client = clientCertificate(authority, { name: 'dev', nowMs: simulation.nowMs });
  const owner = { apiVersion: 'v1', kind: 'Pot', name: 'pot', uid: 'pot' };
  for (const [end, data] of [
    ['etcd', { 'tls.crt': authority.certificate }],
    ['apiserver-etcd-client', { 'tls.crt': client.certificate, 'tls.key': client.key }],
  ] as const)
    await createSecret(
      simulation.client,
      { namespace: 'default', clusterName: 'dev', name: `dev-${end}`, owner, data },
      new AbortController().signal,
    );
  const external = { endpoints: ['https://10.61.0.2:2379'], ...files };
  const kubeadmConfigSpec = { clusterConfiguration: { etcd: { external } } };
  await createCluster(simulation, 'dev', {
    controlPlanes: 1,
    workers: 2,
    controlPlane: { kubeadmConfigSpec },
  });
  await simulation.until(async () => await areReady(simulation, 3));
  assert.deepEqual(simulation.world.violations, []);
});
