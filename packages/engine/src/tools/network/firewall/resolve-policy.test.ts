import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkPolicySchema } from '@ignite/api/v1/network-policy';
import * as v from 'valibot';
import { meansVms, resolvePolicy } from './resolve-policy.ts';

const policyOf = (policy: object) => v.parse(networkPolicySchema, policy);
const vms = [
  { labels: { role: 'db', site: 'a' }, addresses: ['10.61.0.2', 'fd00:61::2'] },
  { labels: { role: 'db' }, addresses: ['10.61.0.3'] },
  { labels: {}, addresses: ['10.61.0.4'] },
];

test('resolvePolicy: VMs are meant by all labels that are named', () => {
  const meant = (labels: object) =>
    resolvePolicy(policyOf({ ingress: [{ from: [{ vms: labels }] }] }), vms).ingress?.[0]?.peers;
  const addresses = (...all: readonly string[]) => [{ kind: 'addresses', addresses: all }];
  assert.deepEqual(meant({ role: 'db', site: 'a' }), addresses('10.61.0.2', 'fd00:61::2'));
  assert.deepEqual(meant({ role: 'db' }), addresses('10.61.0.2', 'fd00:61::2', '10.61.0.3'));
  assert.deepEqual(meant({}), addresses('10.61.0.2', 'fd00:61::2', '10.61.0.3', '10.61.0.4'));
  assert.deepEqual(meant({ role: 'web' }), addresses());
  assert.deepEqual(meant({ toString: 'x' }), addresses());
});

test('meansVms: a policy of ranges does not change as VMs come and go', () => {
  assert.ok(meansVms(policyOf({ egress: [{ to: [{ vms: {} }] }] })));
  assert.ok(!meansVms(policyOf({ ingress: [{ from: [{ cidr: '10.0.0.0/8' }] }], egress: [] })));
});
