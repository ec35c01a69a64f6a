import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planChainRemoval, planMasqueradeRemoval } from './cni-chains.ts';

const filter = (rules: string): string => `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:CNI-ADMIN - [0:0]
:CNI-FORWARD - [0:0]
-A FORWARD -m comment --comment "CNI firewall plugin rules" -j CNI-FORWARD
-A CNI-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j CNI-ADMIN
${rules}COMMIT
`;

test('planChainRemoval: chains that nothing uses go, with the jumps to them first', () => {
  assert.deepEqual(planChainRemoval('filter', filter('')), [
    '-D FORWARD -m comment --comment "CNI firewall plugin rules" -j CNI-FORWARD',
    '-D CNI-FORWARD -m comment --comment "CNI firewall plugin admin overrides" -j CNI-ADMIN',
    '-X CNI-FORWARD',
    '-X CNI-ADMIN',
  ]);
});

test("planChainRemoval: another container's rule keeps them", () => {
  assert.deepEqual(planChainRemoval('filter', filter('-A CNI-FORWARD -s 10.88.0.2/32 -j ACCEPT\n')), []);
});

test('planChainRemoval: a rule that an administrator put into the admin chain keeps them', () => {
  assert.deepEqual(planChainRemoval('filter', filter('-A CNI-ADMIN -s 10.0.0.1/32 -j DROP\n')), []);
});

test('planChainRemoval: where there are none there is nothing to do', () => {
  assert.deepEqual(planChainRemoval('nat', '*nat\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n'), []);
  assert.deepEqual(planChainRemoval('mangle', filter('')), []);
});

test("planMasqueradeRemoval: an attachment's chain goes with the jump to it, and no other's", () => {
  const saved = `*nat
:POSTROUTING ACCEPT [0:0]
:CNI-c9cd7729cd668cef95f7273e - [0:0]
:CNI-aae55e4cef9b28b23359539e - [0:0]
-A POSTROUTING -s 10.104.0.222/32 -m comment --comment "name: \\"ignite-test-104\\" id: \\"ignite-3fba69cb34ec1a48\\"" -j CNI-c9cd7729cd668cef95f7273e
-A CNI-c9cd7729cd668cef95f7273e ! -d 224.0.0.0/4 -j MASQUERADE
COMMIT
`;
  assert.deepEqual(planMasqueradeRemoval('ignite-test-104', 'ignite-3fba69cb34ec1a48', saved), [
    '-D POSTROUTING -s 10.104.0.222/32 -m comment --comment "name: \\"ignite-test-104\\" id: \\"ignite-3fba69cb34ec1a48\\"" -j CNI-c9cd7729cd668cef95f7273e',
    '-D CNI-c9cd7729cd668cef95f7273e ! -d 224.0.0.0/4 -j MASQUERADE',
    '-X CNI-c9cd7729cd668cef95f7273e',
  ]);
  assert.deepEqual(planMasqueradeRemoval('ignite-test-104', 'ignite-0000000000000000', saved), []);
});
