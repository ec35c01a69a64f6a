import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GuestNic, linkLocalOf, planGuestTable } from './plan-guest-table.ts';

const nic: GuestNic = {
  name: 'eth0',
  tap: 'tap0',
  mac: '4e:90:8b:a5:4c:22',
  addresses: ['10.61.0.2', 'fd00:61::2'],
  isRedirected: false,
  hostMac: '02:00:00:00:00:61',
  gateways: ['10.61.0.1', 'fd00:61::1'],
};
const targets = '0xfd000061000000000000000000000002, 0xfe800000000000004c908bfffea54c22';

test('planGuestTable: a guest sends as nobody but itself', () => {
  assert.deepEqual(planGuestTable([nic]), [
    'table netdev ignite {}',
    'delete table netdev ignite',
    'table netdev ignite {',
    'chain from-guest0 {',
    'type filter hook ingress device "tap0" priority filter; policy drop;',
    'ether saddr != 4e:90:8b:a5:4c:22 drop',
    'ether type != { arp, ip, ip6 } drop',
    'arp saddr ether != 4e:90:8b:a5:4c:22 drop',
    'arp saddr ip { 0.0.0.0, 10.61.0.2 } accept',
    'ether type arp drop',
    'udp sport { 67, 547 } drop',
    'icmp type redirect drop',
    'icmpv6 type { nd-router-advert, nd-redirect } drop',
    `icmpv6 type nd-neighbor-advert @th,64,128 != { ${targets} } drop`,
    'ip saddr { 10.61.0.2 } accept',
    'ip6 saddr { fd00:61::2, fe80::4c90:8bff:fea5:4c22 } accept',
    'ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept',
    `ip6 saddr :: icmpv6 type nd-neighbor-solicit @th,64,128 { ${targets} } accept`,
    'ip6 saddr :: icmpv6 type { nd-router-solicit, mld2-listener-report } accept',
    '}',
    '}',
  ]);
});

test('planGuestTable: of a guest that chooses its addresses the MAC is held, and frames are passed where no bridge is', () => {
  const redirected = { ...nic, name: 'lan', tap: 'tap1', addresses: [], isRedirected: true };
  assert.deepEqual(planGuestTable([redirected]).slice(3), [
    'chain from-guest0 {',
    'type filter hook ingress device "tap1" priority filter; policy drop;',
    'ether saddr != 4e:90:8b:a5:4c:22 drop',
    'fwd to "lan"',
    '}',
    'chain to-guest0 {',
    'type filter hook ingress device "lan" priority filter; policy drop;',
    'fwd to "tap1"',
    '}',
    '}',
  ]);
});

test('planGuestTable: a router may send from the ranges of its policy, and answer for them', () => {
  const lines = planGuestTable([nic], { sources: ['10.244.0.0/16', 'fd00:244::/32'] });
  for (const line of [
    'arp saddr ip 10.244.0.0/16 accept',
    'ip saddr 10.244.0.0/16 accept',
    'ip6 saddr fd00:244::/32 accept',
    'icmpv6 type nd-neighbor-advert @th,64,32 0xfd000244 accept',
  ])
    assert.ok(lines.includes(line), line);
});

test('planGuestTable: a policy is kept on both ways, by rules that stand where others were, with what was remembered', () => {
  const policy = {
    ingress: [{ peers: [], ports: [{ port: 80, protocol: 'tcp' as const }] }],
    egress: [{ peers: [{ kind: 'range' as const, cidr: '192.0.2.0/24', except: [] }], ports: [] }],
    sources: [],
  };
  const lines = planGuestTable([nic], policy);
  const flush = lines.indexOf('flush table netdev ignite');
  assert.ok(
    lines.slice(0, flush).every((line) => !/accept$|drop$|goto/.test(line)),
    'first what keeps',
  );
  assert.equal(lines.slice(0, flush).filter((line) => line.startsWith('set ')).length, 4);
  const of = (name: string): readonly string[] => {
    const from = lines.indexOf(`chain ${name} {`, flush) + 1;
    return lines.slice(from, lines.indexOf('}', from));
  };
  assert.deepEqual(of('in0').slice(0, 4), [
    'ether saddr 02:00:00:00:00:61 goto got0',
    'ip saddr { 10.61.0.1 } goto got0',
    'ip6 saddr { fd00:61::1 } goto got0',
    'ether type arp goto got0',
  ]);
  assert.deepEqual(of('in0').slice(-2), ['tcp dport 80 goto got0', 'drop']);
  assert.deepEqual(of('out0').slice(-2), ['ip daddr 192.0.2.0/24 goto sent0', 'drop']);
  assert.ok(of('out0').includes('ip daddr { 10.61.0.1 } meta l4proto { tcp, udp } th dport 53 goto sent0'));
  assert.deepEqual(of('to-guest0').at(-1), 'goto in0');
  assert.equal(of('got0').at(-1), 'accept');

  const { egress: _egress, ...ingressOnly } = policy;
  const open = planGuestTable([nic], ingressOnly);
  assert.equal(open[open.lastIndexOf('chain out0 {') + 1], 'goto sent0');
});

test('linkLocalOf', () => {
  assert.equal(linkLocalOf('02:00:00:00:00:07'), 'fe80::0:ff:fe00:7');
});
