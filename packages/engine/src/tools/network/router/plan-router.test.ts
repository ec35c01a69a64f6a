import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfList, defaultConfList } from '../cni/conf-list.ts';
import { defaultNetwork } from '../cni/default-network.ts';
import {
  hostRouteArgs,
  insideList,
  insideSubnet,
  planRouterTable,
  uplinkEnds,
  uplinkList,
} from './plan-router.ts';

const translation = { inside: '10.61.0.0/16', outside: '10.62.0.0/16' };
const listOf = (...plugins: ConfList['plugins']): ConfList => ({ cniVersion: '0.4.0', name: 'lan', plugins });
const subnet = '10.7.0.0/24';
const range = { subnet };
const last = '10.7.0.253';

for (const [what, list, inside] of [
  ['the default network', defaultConfList(defaultNetwork), '10.61.0.0/16'],
  ['one with both families', defaultConfList({ ...defaultNetwork, subnet6: 'fd00:61::/64' }), '10.61.0.0/16'],
  ['a macvlan', listOf({ type: 'macvlan', ipam: { type: 'host-local', ...range } }), undefined],
  ['a bridge with DHCP', listOf({ type: 'bridge', ipam: { type: 'dhcp' } }), undefined],
  ['a bridge without addresses', listOf({ type: 'bridge' }), undefined],
  [
    'a bridge with two IPv4 subnets',
    listOf({ type: 'bridge', ipam: { type: 'host-local', ranges: [[range], [{ subnet: '10.8.0.0/24' }]] } }),
    undefined,
  ],
] as const) {
  test(`insideSubnet: of ${what}, ${inside ?? 'none'}`, () => {
    assert.equal(insideSubnet(list), inside);
  });
}

test('insideList: the same network, which remembers elsewhere which addresses it has given out', () => {
  const list = defaultConfList(defaultNetwork);
  const [bridge, ...others] = insideList(list, '/data/addresses').plugins;
  assert.deepEqual(others, list.plugins.slice(1));
  assert.deepEqual(bridge, {
    ...list.plugins[0],
    ipam: {
      type: 'host-local',
      subnet: '10.61.0.0/16',
      rangeEnd: '10.61.255.253',
      dataDir: '/data/addresses',
    },
  });
});

for (const [what, ipam, expected] of [
  [
    'one with a range',
    { subnet, rangeStart: '10.7.0.9' },
    { subnet, rangeStart: '10.7.0.9', rangeEnd: last },
  ],
  [
    'one with a range that ends earlier',
    { subnet, rangeEnd: '10.7.0.99' },
    { subnet, rangeEnd: '10.7.0.99' },
  ],
  ['one with a range to its end', { subnet, rangeEnd: '10.7.0.254' }, { subnet, rangeEnd: last }],
  [
    'one with both families',
    { ranges: [[{ subnet: 'fd00:7::/64' }], [{ subnet }]] },
    { ranges: [[{ subnet: 'fd00:7::/64' }], [{ subnet, rangeEnd: last }]] },
  ],
] as const) {
  test(`insideList: of ${what}, the address of the host on the link is given to nobody`, () => {
    const [bridge] = insideList(
      listOf({ type: 'bridge', ipam: { type: 'host-local', ...ipam } }),
      '/a',
    ).plugins;
    assert.deepEqual(bridge?.['ipam'], { type: 'host-local', ...expected, dataDir: '/a' });
  });
}

test('uplinkList: the router has the one address that there is to give out, and the host is its gateway', () => {
  const ends = uplinkEnds(translation);
  assert.deepEqual(ends, { router: '10.62.0.1', host: '10.62.255.254' });
  const [ptp] = uplinkList(translation, '/data/uplink').plugins;
  assert.deepEqual(ptp?.['ipam'], {
    type: 'host-local',
    ranges: [
      [
        {
          subnet: '10.62.0.0/16',
          rangeStart: '10.62.0.1',
          rangeEnd: '10.62.0.1',
          gateway: '10.62.255.254',
        },
      ],
    ],
    routes: [{ dst: '0.0.0.0/0' }],
    dataDir: '/data/uplink',
  });
  assert.deepEqual(hostRouteArgs(translation, 'veth0'), [
    ...['-4', 'route', 'add', '10.62.0.0/16'],
    ...['via', '10.62.0.1', 'dev', 'veth0', 'onlink'],
  ]);
});

test('planRouterTable: only what comes from the host is translated, and replaces what was there', () => {
  assert.deepEqual(planRouterTable(translation), [
    'table inet ignite-router {}',
    'delete table inet ignite-router',
    'table inet ignite-router {',
    'chain prerouting {',
    'type nat hook prerouting priority dstnat - 1; policy accept;',
    'iifname "eth0" ip daddr 10.62.0.0/16 dnat ip prefix to ip daddr map { 10.62.0.0/16 : 10.61.0.0/16 }',
    '}',
    'chain postrouting {',
    'type nat hook postrouting priority srcnat - 1; policy accept;',
    'oifname "eth0" ip saddr 10.61.0.0/16 masquerade',
    '}',
    '}',
  ]);
});
