import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipamOf, poolsOf, unfitness } from './address-pool.ts';
import { type ConfList, defaultConfList } from './conf-list.ts';
import { defaultNetwork } from './default-network.ts';

const list = (ipam: object): ConfList => ({
  cniVersion: '0.4.0',
  name: 'x',
  plugins: [{ type: 'bridge', ipam }],
});

test('poolsOf: one subnet, or ranges of both families, are read', () => {
  const subnets = (of: ConfList) => poolsOf(of).map(({ subnet }) => subnet);
  assert.deepEqual(subnets(defaultConfList(defaultNetwork)), ['10.61.0.0/16']);
  assert.deepEqual(subnets(defaultConfList({ ...defaultNetwork, subnet6: 'fd00:61::/64' })), [
    '10.61.0.0/16',
    'fd00:61::/64',
  ]);
  assert.deepEqual(subnets(list({ type: 'dhcp' })), []);
  assert.deepEqual(subnets(list({})), []);
});

test('ipamOf: the plugin that gives addresses is named, where there is one', () => {
  assert.equal(ipamOf(list({ type: 'dhcp' })), 'dhcp');
  assert.equal(ipamOf(list({})), undefined);
});

test('unfitness: an address is refused for what it is', () => {
  const ranges = [
    [{ subnet: '10.1.0.0/24', rangeStart: '10.1.0.10', rangeEnd: '10.1.0.20' }],
    [{ subnet: 'fd00::/64' }],
  ];
  const pools = poolsOf(list({ type: 'host-local', ranges }));
  for (const good of ['10.1.0.10', '10.1.0.20', 'fd00::2', 'fd00::ffff:ffff:ffff:ffff'])
    assert.equal(unfitness(good, pools), undefined, good);
  assert.match(unfitness('10.2.0.1', pools)!, /outside 10\.1\.0\.0\/24 and fd00::\/64/);
  assert.match(unfitness('10.1.0.1', pools)!, /gateway/);
  assert.match(unfitness('fd00::1', pools)!, /gateway/);
  assert.match(unfitness('10.1.0.21', pools)!, /reserves it/);
  const whole = poolsOf(list({ type: 'host-local', subnet: '10.1.0.0/24', gateway: '10.1.0.254' }));
  assert.equal(unfitness('10.1.0.1', whole), undefined);
  for (const bad of ['10.1.0.0', '10.1.0.255', '10.1.0.254']) assert.ok(unfitness(bad, whole), bad);
});
