import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { networkPolicySchema } from './network-policy.ts';

const fits = (policy: object): boolean => v.is(networkPolicySchema, policy);
const from = (peer: object) => ({ ingress: [{ from: [peer] }] });

test('a direction that is listed and empty differs from one that is not listed', () => {
  assert.deepEqual(v.parse(networkPolicySchema, { egress: [] }), { egress: [], sources: [] });
});

test('a peer is a range or labels, and nothing else comes to the packet filter', () => {
  for (const cidr of ['10.0.0.0/8', '0.0.0.0/0', 'fd00::/8', '::/0'])
    assert.ok(fits(from({ cidr, except: [cidr] })), cidr);
  for (const cidr of [
    '10.0.0.0',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/8; drop',
    '10.0.0.0/8\n',
    'a/8',
    '/8',
  ])
    assert.ok(!fits(from({ cidr })), cidr);
  assert.ok(fits(from({ vms: {} })));
  assert.ok(!fits(from({})));
  assert.ok(!fits(from({ cidr: '10.0.0.0/8', vms: {} })), 'it is one of both');
  assert.ok(!fits(from({ vms: {}, except: ['10.0.0.0/8'] })), 'only a range has exceptions');
  assert.deepEqual(v.parse(networkPolicySchema, from({ cidr: '10.0.0.0/8' })).ingress?.[0]?.from, [
    { cidr: '10.0.0.0/8', except: [] },
  ]);
  assert.ok(!fits(from({ vms: { constructor: 'x' } })), 'a label that would be lost does not mean every VM');
});

test('a range of ports does not end before it begins', () => {
  const ports = (port: object) => ({ egress: [{ ports: [port] }] });
  assert.ok(fits(ports({ port: 80, endPort: 80 })));
  assert.ok(!fits(ports({ port: 80, endPort: 79 })));
  assert.ok(!fits(ports({ port: 80, protocol: 'tcp drop' })));
});
