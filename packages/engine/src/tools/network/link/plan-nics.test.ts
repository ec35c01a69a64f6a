import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CniInterfaceRequest } from '../network.ts';
import type { NetnsLink } from './netns-links.ts';
import { planNics } from './plan-nics.ts';

const lo: NetnsLink = { name: 'lo', mac: '', mtu: 65_536, addresses: [], routes: [] };
const eth0: NetnsLink = {
  name: 'eth0',
  kind: 'veth',
  mac: '4e:90:8b:a5:4c:22',
  mtu: 1_450,
  addresses: ['fd00:61::2/64', '10.61.0.2/16'],
  routes: [
    { to: 'default', via: '10.61.0.1', isConnected: false },
    { to: '10.61.0.0/16', isConnected: true },
    { to: 'fd00:61::/64', isConnected: true },
    { to: 'default', via: 'fd00:61::1', isConnected: false },
  ],
};
const cni = (name: string, more: Partial<CniInterfaceRequest> = {}): CniInterfaceRequest => ({
  kind: 'cni',
  name,
  addresses: [],
  lastAddresses: [],
  ...more,
});

test('planNics: the guest takes over what the plugins gave eth0, IPv4 first', () => {
  assert.deepEqual(planNics([cni('eth0')], [lo, eth0]), [
    {
      name: 'eth0',
      mode: 'dhcp-bridge',
      mac: '4e:90:8b:a5:4c:22',
      isMacForeign: false,
      mtu: 1_450,
      addresses: ['10.61.0.2/16', 'fd00:61::2/64'],
      routes: [
        { to: 'default', via: '10.61.0.1' },
        { to: 'default', via: 'fd00:61::1' },
      ],
    },
  ]);
});

test('planNics: what ptp gives has no neighbours but its gateway', () => {
  const ptp: NetnsLink = {
    ...eth0,
    addresses: ['10.2.0.2/24'],
    routes: [
      { to: 'default', via: '10.2.0.1', isConnected: false },
      { to: '10.2.0.0/24', via: '10.2.0.1', isConnected: false },
      { to: '10.2.0.1', isConnected: false },
    ],
  };
  const [nic] = planNics([cni('eth0')], [ptp]);
  assert.deepEqual(nic?.addresses, ['10.2.0.2/32']);
  assert.deepEqual(nic.routes, [
    { to: '10.2.0.1' },
    { to: '10.2.0.0/24', via: '10.2.0.1' },
    { to: 'default', via: '10.2.0.1' },
  ]);
});

test('planNics: eth0 is the first, the others follow by name, and one default route is enough', () => {
  const second: NetnsLink = { ...eth0, name: 'eth1', addresses: ['10.3.0.2/16'] };
  const foo: NetnsLink = { ...eth0, name: 'foo', addresses: ['10.4.0.2/16'], routes: [] };
  const asked = [cni('foo'), cni('eth0'), cni('eth1')];
  const nics = planNics(asked, [foo, second, eth0]);
  assert.deepEqual(
    nics.map(({ name }) => name),
    ['eth0', 'eth1', 'foo'],
  );
  assert.deepEqual(nics[1]?.routes, []);
});

test('planNics: a macvlan can only be redirected to, and keeps its MAC unless another was asked for', () => {
  const macvlan: NetnsLink = { ...eth0, kind: 'macvlan' };
  const [nic] = planNics([cni('eth0')], [macvlan]);
  assert.equal(nic?.mode, 'tc-redirect');
  assert.equal(nic.isMacForeign, false);
  assert.deepEqual(
    nic.addresses,
    ['10.61.0.2/16', 'fd00:61::2/64'],
    "the network's addresses are the guest's",
  );
  assert.equal(planNics([cni('eth0', { mac: '02:00:00:00:00:07' })], [macvlan])[0]?.isMacForeign, true);
  assert.throws(() => planNics([cni('eth0', { mode: 'dhcp-bridge' })], [macvlan]), {
    code: 'INTERFACE_UNBRIDGEABLE',
  });
});

test('planNics: an interface that others made gives its addresses, unless it is only redirected to', () => {
  const net1: NetnsLink = { ...eth0, name: 'net1', addresses: ['10.5.0.2/16'] };
  const addresses = (mode: 'dhcp-bridge' | 'tc-redirect') =>
    planNics([cni('eth0'), { kind: 'found', name: 'net1', mode }], [eth0, net1])[1]?.addresses;
  assert.deepEqual(addresses('dhcp-bridge'), ['10.5.0.2/32']);
  assert.deepEqual(addresses('tc-redirect'), []);
});

test('planNics: an interface with an address is taken though nobody asked for it, one without is not', () => {
  const net1: NetnsLink = { ...eth0, name: 'net1' };
  const tunl0: NetnsLink = { ...eth0, name: 'tunl0', addresses: [], routes: [] };
  assert.deepEqual(
    planNics([cni('eth0')], [lo, eth0, tunl0, net1]).map(({ name }) => name),
    ['eth0', 'net1'],
  );
});

test('planNics: an interface that nobody made is named with those that are there', () => {
  assert.throws(
    () => planNics([cni('eth0'), { kind: 'found', name: 'net1', mode: 'dhcp-bridge' }], [lo, eth0]),
    {
      code: 'INTERFACE_MISSING',
      message: /"net1": they have eth0$/,
    },
  );
});
