import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetnsLinks } from './netns-links.ts';

const links =
  '[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK"],"mtu":65536,"link_type":"loopback","address":"00:00:00:00:00:00","addr_info":[]},' +
  '{"ifindex":2,"ifname":"eth0","mtu":1500,"address":"d2:bb:f8:29:80:07","linkinfo":{"info_kind":"veth"},"addr_info":[' +
  '{"family":"inet","local":"10.151.0.3","prefixlen":24,"scope":"global"},{"family":"inet6","local":"fd00:151::3","prefixlen":64,"scope":"global"},' +
  '{"family":"inet6","local":"fe80::7cdb:8fff:fe34:a3ea","prefixlen":64,"scope":"link"}]}]';
const routes =
  '[{"type":"unicast","dst":"default","gateway":"10.151.0.1","dev":"eth0","table":"main","protocol":"boot","scope":"global","flags":[]},' +
  '{"type":"unicast","dst":"10.151.0.0/24","dev":"eth0","table":"main","protocol":"kernel","scope":"link"},' +
  '{"type":"local","dst":"10.151.0.3","dev":"eth0","table":"local","protocol":"kernel"},' +
  '{"type":"unicast","dst":"fe80::/64","dev":"eth0","table":"main","protocol":"kernel"},' +
  '{"type":"multicast","dst":"ff00::/8","dev":"eth0","table":"local","protocol":"kernel"}]';

test('parseNetnsLinks: devices with the addresses and routes that concern others', () => {
  assert.deepEqual(parseNetnsLinks(`${links}\n${routes}\n`), [
    { name: 'lo', mac: '00:00:00:00:00:00', mtu: 65_536, addresses: [], routes: [] },
    {
      name: 'eth0',
      kind: 'veth',
      mac: 'd2:bb:f8:29:80:07',
      mtu: 1_500,
      addresses: ['10.151.0.3/24', 'fd00:151::3/64'],
      routes: [
        { to: 'default', via: '10.151.0.1', isConnected: false },
        { to: '10.151.0.0/24', isConnected: true },
      ],
    },
  ]);
});

test('parseNetnsLinks: the routes that a pod has asked for are told from those of the network', () => {
  const marked =
    '[{"type":"unicast","dst":"10.9.0.0/24","gateway":"10.151.0.4","dev":"eth0","table":"main","protocol":"96"}]';
  assert.deepEqual(parseNetnsLinks(`${links}\n${marked}\n`)[1]?.routes, [
    { to: '10.9.0.0/24', via: '10.151.0.4', isConnected: false, isOfPod: true },
  ]);
});

test('parseNetnsLinks: devices without a route have none', () => {
  assert.deepEqual(parseNetnsLinks(`${links}\n`)[1]?.routes, []);
});
