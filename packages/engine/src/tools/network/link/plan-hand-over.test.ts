import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planHandOver } from './plan-hand-over.ts';
import type { PlannedNic } from './plan-nics.ts';

const nic: PlannedNic = {
  name: 'eth0',
  mode: 'dhcp-bridge',
  mac: '4e:90:8b:a5:4c:22',
  isMacForeign: false,
  mtu: 1_450,
  addresses: ['10.61.0.2/16'],
  routes: [],
};
const host = { vmmUid: 1_879_048_193, hasIpv6: true };

test('planHandOver: dhcp-bridge', () => {
  assert.deepEqual(planHandOver(nic, 0, host), [
    'link set dev eth0 addrgenmode none',
    'address flush dev eth0',
    'link set dev eth0 address 02:00:00:00:00:01',
    'link add br0 address 02:00:00:00:00:02 type bridge forward_delay 0 mcast_snooping 0',
    'link set dev br0 addrgenmode none',
    'tuntap add dev tap0 mode tap user 1879048193',
    'link set dev tap0 mtu 1450',
    'link set dev tap0 addrgenmode none',
    'link set dev eth0 master br0',
    'link set dev eth0 type bridge_slave learning off',
    'link set dev tap0 master br0',
    'link set dev eth0 up',
    'link set dev tap0 up',
    'link set dev br0 up',
  ]);
});

test('planHandOver: tc-redirect', () => {
  const plan = planHandOver({ ...nic, name: 'net1', mode: 'tc-redirect' }, 2, host);
  assert.deepEqual(plan, [
    'link set dev net1 addrgenmode none',
    'address flush dev net1 scope link',
    'tuntap add dev tap2 mode tap user 1879048193',
    'link set dev tap2 mtu 1450',
    'link set dev tap2 addrgenmode none',
    'link set dev net1 up',
    'link set dev tap2 up',
  ]);
});

test('planHandOver: a MAC that was asked for is given to an interface that shares it with the guest', () => {
  const asked: PlannedNic = { ...nic, mac: '02:00:00:00:00:07', isMacForeign: true, mode: 'tc-redirect' };
  assert.ok(planHandOver(asked, 0, host).includes('link set dev eth0 address 02:00:00:00:00:07'));
});

test('planHandOver: an interface, its bridge and the guest are never one MAC', () => {
  const macs = planHandOver(nic, 0, host).flatMap((line) => /address ([0-9a-f:]{17})/.exec(line)?.[1] ?? []);
  assert.equal(macs.length, 2);
  assert.equal(new Set([...macs, nic.mac]).size, 3);
  for (const mac of macs)
    assert.equal(Number.parseInt(mac.slice(0, 2), 16) & 0b11, 0b10, 'local and unicast');
});

test('planHandOver: on a host without IPv6 nothing is said of it', () => {
  for (const mode of ['dhcp-bridge', 'tc-redirect'] as const) {
    const lines = planHandOver({ ...nic, mode }, 0, { ...host, hasIpv6: false });
    assert.ok(!lines.some((line) => line.includes('addrgenmode')));
  }
});
