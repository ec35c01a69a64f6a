import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namespaceDhcpArgv } from './namespace-dhcp-argv.ts';

const lease = {
  at: 1,
  name: 'web',
  mac: '02:00:00:00:00:07',
  address: '10.2.0.2/32',
  mtu: 1_450,
  routes: [{ to: '10.2.0.1' }, { to: '10.2.0.0/24', via: '10.2.0.1' }, { to: 'default', via: '10.2.0.1' }],
  dns: { servers: ['192.0.2.53', '2001:db8::53'], search: ['a.test'], options: [] },
};

test('namespaceDhcpArgv: one guest behind one bridge is given its address and routes', () => {
  const args = namespaceDhcpArgv('/d', [lease]);
  for (const wanted of [
    '--port=0',
    '--interface=br1',
    '--shared-network=br1,10.2.0.2',
    '--dhcp-range=set:br1,10.2.0.2,static,255.255.255.255,infinite',
    '--dhcp-host=02:00:00:00:00:07,10.2.0.2,web,infinite',
    '--dhcp-option=tag:br1,option:router,10.2.0.1',
    '--dhcp-option=tag:br1,option:classless-static-route,10.2.0.1/32,0.0.0.0,10.2.0.0/24,10.2.0.1,0.0.0.0/0,10.2.0.1',
    '--dhcp-option=tag:br1,option:dns-server,192.0.2.53',
    '--dhcp-option=tag:br1,option:domain-search,a.test',
    '--dhcp-option=tag:br1,option:mtu,1450',
  ])
    assert.ok(args.includes(wanted), wanted);
});

test('namespaceDhcpArgv: strangers on the network are neither answered nor refused', () => {
  const args = namespaceDhcpArgv('/d', [lease]);
  assert.ok(args.includes('--dhcp-ignore=tag:!known'));
  assert.ok(!args.includes('--dhcp-authoritative'));
});

test('namespaceDhcpArgv: where there is no way out and no DNS, the server does not offer itself', () => {
  const dns = { servers: [], search: [], options: [] };
  const args = namespaceDhcpArgv('/d', [{ ...lease, routes: [{ to: 'default', via: 'fd00::1' }], dns }]);
  assert.ok(args.includes('--dhcp-option=tag:br1,option:router'));
  assert.ok(args.includes('--dhcp-option=tag:br1,option:dns-server'));
  assert.ok(!args.some((arg) => arg.includes('classless')));
});
