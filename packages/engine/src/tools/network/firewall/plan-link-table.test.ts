import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planLinkTable } from './plan-link-table.ts';

const uid = '5b8a';
const guest = { uid, addresses: ['10.61.0.2', 'fd00:61::2'], sources: [] };
const other = { uid: '77aa', addresses: ['10.61.0.3'], sources: [] };
const link = { device: 'ignite0', hasUnknown: false } as const;
const fresh = [
  'table inet ignite-ignite0 {}',
  'delete table inet ignite-ignite0',
  'table inet ignite-ignite0 {',
  'chain prerouting {',
  'type filter hook prerouting priority raw; policy accept;',
  'iifname "ignite0" ip saddr 127.0.0.0/8 drop',
  'iifname "ignite0" ip daddr 127.0.0.0/8 drop',
  'iifname "ignite0" ip6 saddr ::1 drop',
  'iifname "ignite0" ip6 daddr ::1 drop',
  '}',
];

test('planLinkTable: VMs are closed to all but their own link, their published ports and what they asked', () => {
  assert.deepEqual(planLinkTable({ ...link, guests: [guest, other] }), [
    ...fresh,
    'chain to-guests {',
    'ct state established,related accept',
    'ct status dnat accept',
    'iifname "ignite0" accept',
    'drop',
    '}',
    'chain forward {',
    'type filter hook forward priority filter; policy accept;',
    'oifname "ignite0" ip daddr { 10.61.0.2, 10.61.0.3 } goto to-guests',
    'oifname "ignite0" ip6 daddr { fd00:61::2 } goto to-guests',
    '}',
    '}',
  ]);
});

test('planLinkTable: a policy says who reaches a VM, also of its own link', () => {
  const ports = [{ port: 22, protocol: 'tcp' as const }];
  const ingress = [
    {
      peers: [{ kind: 'range' as const, cidr: '192.168.0.0/16', except: ['192.168.9.0/24', 'fd00::/8'] }],
      ports,
    },
    { peers: [{ kind: 'addresses' as const, addresses: ['10.61.0.3'] }], ports: [] },
    { peers: [], ports: [{ port: 8000, endPort: 8010, protocol: 'udp' as const }] },
  ];
  const lines = planLinkTable({
    ...link,
    guests: [{ ...guest, sources: ['10.244.0.0/16'], ingress }, other],
  });
  assert.deepEqual(lines.slice(fresh.length), [
    `chain vm-${uid} {`,
    'ip saddr 192.168.0.0/16 ip saddr != 192.168.9.0/24 tcp dport 22 accept',
    'ip saddr { 10.61.0.3 } accept',
    'udp dport 8000-8010 accept',
    'drop',
    '}',
    'chain to-guests {',
    'ct state established,related accept',
    'ct status dnat accept',
    `ip daddr { 10.61.0.2 } goto vm-${uid}`,
    `ip6 daddr { fd00:61::2 } goto vm-${uid}`,
    `ip daddr 10.244.0.0/16 goto vm-${uid}`,
    'iifname "ignite0" accept',
    'drop',
    '}',
    'chain forward {',
    'type filter hook forward priority filter; policy accept;',
    'oifname "ignite0" ip daddr { 10.61.0.2, 10.61.0.3 } goto to-guests',
    'oifname "ignite0" ip6 daddr { fd00:61::2 } goto to-guests',
    'oifname "ignite0" ip daddr 10.244.0.0/16 goto to-guests',
    '}',
    '}',
  ]);
});

test('planLinkTable: where nobody can tell which addresses are VMs, all behind the device are', () => {
  const lines = planLinkTable({ ...link, guests: [guest], hasUnknown: true });
  assert.ok(lines.includes('oifname "ignite0" goto to-guests'));
});
