import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DescribedCluster } from '@ignite/cluster/operations/described-cluster';
import { FlagValues } from '../../arguments/command.ts';
import { askedFor } from './described-flags.ts';
import { planRequest } from './plan-request.ts';

const described: DescribedCluster = {
  version: 'v1.34.0',
  controlPlanes: 3,
  workers: 0,
  shape: { image: 'example.com/node:v1.34.0', memory: '4GB' },
  networks: {},
  bringsPodNetwork: true,
  remarks: ['featureGates: not carried over'],
};
const asked = (given: Readonly<Record<string, string>>, hasKvm = false) => {
  const { flags, remarks } = askedFor(described, new FlagValues(new Map(Object.entries(given))), hasKvm);
  const { request } = planRequest({ namespace: 'default', name: 'dev' }, flags, hasKvm);
  return { request, remarks };
};

test('a cluster that is described is hosted, with a worker for its Pods, and says so', () => {
  const { request, remarks } = asked({});
  assert.deepEqual(request.controlPlane, { kind: 'hosted', replicas: 3 });
  assert.deepEqual([request.version, request.podNetwork], ['v1.34.0', { kind: 'none' }]);
  assert.deepEqual(request.workers, {
    replicas: 1,
    shape: { image: 'example.com/node:v1.34.0', cpus: 2, memory: '4GB', diskSize: '10GB' },
  });
  assert.deepEqual(remarks, [
    'featureGates: not carried over',
    'no workers: one is made, since a hosted control plane runs no Pods',
  ]);
});

test('where KVM works, a cluster that is described has its control planes in VMs, and no worker that nobody wants', () => {
  const { request, remarks } = asked({}, true);
  assert.deepEqual([request.controlPlane.kind, request.controlPlane.replicas], ['vm', 3]);
  assert.equal(request.workers.replicas, 0);
  assert.deepEqual(remarks, ['featureGates: not carried over']);
});

test('flags win over a description', () => {
  const { request, remarks } = asked({
    'control-plane': 'vm',
    endpoint: '10.0.0.1',
    kubernetes: 'v1.35.4',
    memory: '1GB',
  });
  assert.equal(request.controlPlane.replicas, 3);
  assert.deepEqual([request.version, request.workers.shape.memory], ['v1.35.4', '1GB']);
  assert.equal(request.workers.replicas, 0);
  assert.deepEqual(remarks, ['featureGates: not carried over']);
});
