import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostUses } from './host-uses.ts';
import { sampleVm } from './v1/vm.sample.ts';

test('hostUses: of a network policy the ranges that a VM may send from count, and who may reach it does not', () => {
  const policy = { ingress: [{ from: [{ cidr: '10.0.0.0/8' }] }], egress: [], sources: ['10.9.0.0/16'] };
  assert.deepEqual(hostUses['VM']!(sampleVm({ spec: { network: { policy } } })), [
    { kind: 'network', name: '10.9.0.0/16', field: 'spec.network.policy.sources' },
  ]);
});
