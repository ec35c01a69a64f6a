import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostUses } from './host-uses.ts';
import { sampleVm } from './v1/vm.sample.ts';

test('hostUses: a VM names volumes of its own namespace', () => {
  const vm = sampleVm({ spec: { storage: { volumes: [{ name: 'data', volume: { name: 'db' } }] } } });
  const [use] = hostUses['VM']!({ ...vm, metadata: { ...vm.metadata, namespace: 'prod' } });
  assert.deepEqual(use?.kind === 'object' && use.key, { kind: 'Volume', namespace: 'prod', name: 'db' });
});

test('hostUses: a VM that boots with a Secret uses the one in its namespace', () => {
  const vm = sampleVm({ spec: { cloudInit: { userDataSecretRef: { name: 'boot', key: 'value' } } } });
  assert.deepEqual(hostUses['VM']!({ ...vm, metadata: { ...vm.metadata, namespace: 'prod' } }), [
    {
      kind: 'object',
      key: { kind: 'Secret', namespace: 'prod', name: 'boot' },
      field: 'spec.cloudInit.userDataSecretRef',
    },
  ]);
});

test('hostUses: of a network policy the ranges that a VM may send from count, and who may reach it does not', () => {
  const policy = { ingress: [{ from: [{ cidr: '10.0.0.0/8' }] }], egress: [], sources: ['10.9.0.0/16'] };
  assert.deepEqual(hostUses['VM']!(sampleVm({ spec: { network: { policy } } })), [
    { kind: 'network', name: '10.9.0.0/16', field: 'spec.network.policy.sources' },
  ]);
});
