import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DnsmasqNetwork, dnsmasqArgv, leaseFiles } from './dnsmasq-argv.ts';

const argv = (gateways: readonly string[], more: Partial<DnsmasqNetwork> = {}) =>
  dnsmasqArgv('/d', { bridge: 'ignite0', gateways, isRouter: true, mtu: 1_450, ...more });

test('dnsmasqArgv: it serves the bridge alone, and leases to those it knows alone', () => {
  const args = argv(['10.61.0.1/16']);
  assert.ok(args.includes('--interface=ignite0'));
  assert.ok(args.includes('--except-interface=lo'));
  assert.ok(args.includes('--bind-dynamic'));
  assert.ok(args.includes('--dhcp-range=10.61.0.1,static,255.255.0.0,infinite'));
  assert.ok(args.includes('--dhcp-option=option:router,10.61.0.1'));
  assert.ok(args.includes('--dhcp-option=option:mtu,1450'));
  assert.ok(!args.includes('--enable-ra'));
  assert.equal(args[0], '--conf-file=/dev/null', "the host's own configuration is left alone");
});

test('dnsmasqArgv: on a network of both families guests may ask for both', () => {
  const args = argv(['10.61.0.1/16', 'fd00:61::1/64']);
  assert.ok(args.includes('--dhcp-range=fd00:61::1,static,64,infinite'));
  assert.ok(args.includes('--enable-ra'));
});

test('dnsmasqArgv: a network without a way out announces none', () => {
  const args = argv(['10.61.0.1/16', 'fd00:61::1/64'], { isRouter: false });
  assert.ok(args.includes('--dhcp-option=option:router'));
  assert.ok(args.includes('--ra-param=ignite0,0,0'));
});

for (const [prefixLength, mask] of [
  [8, '255.0.0.0'],
  [20, '255.255.240.0'],
  [24, '255.255.255.0'],
  [30, '255.255.255.252'],
] as const) {
  test(`dnsmasqArgv: a /${prefixLength} has the mask ${mask}`, () =>
    assert.ok(argv([`10.61.0.1/${prefixLength}`]).some((arg) => arg.includes(`,${mask},`))));
}

const lease = {
  id: 'ignite-x',
  name: 'web',
  mac: '02:00:00:00:00:07',
  addresses: ['10.61.0.7', 'fd00:61::7'],
  dns: { servers: [], search: [], options: [] },
};

test('leaseFiles: a VM is known by all its addresses', () => {
  assert.deepEqual(leaseFiles(lease), {
    names: '10.61.0.7 web\nfd00:61::7 web\n',
    leases: '02:00:00:00:00:07,set:ignite-x,10.61.0.7,[fd00:61::7],web,infinite\n',
    options: '',
  });
});

test('leaseFiles: a name with a namespace is resolved as a whole, and never without the namespace', () => {
  const { names, leases } = leaseFiles({ ...lease, name: 'web.prod' });
  assert.equal(names, '10.61.0.7 web.prod\nfd00:61::7 web.prod\n');
  assert.equal(leases, '02:00:00:00:00:07,set:ignite-x,10.61.0.7,[fd00:61::7],infinite\n');
  assert.ok(argv(['10.61.0.1/16']).includes('--dhcp-ignore-names'));
});

test("leaseFiles: a VM's own DNS settings go to that VM alone", () => {
  const dns = { servers: ['1.1.1.1', '2606:4700::1111'], search: ['a.test', 'b.test'], options: ['ndots:2'] };
  assert.deepEqual(
    leaseFiles({ ...lease, dns })
      .options.trim()
      .split('\n'),
    [
      'tag:ignite-x,option:dns-server,1.1.1.1',
      'tag:ignite-x,option6:dns-server,[2606:4700::1111]',
      'tag:ignite-x,option:domain-search,a.test,b.test',
      'tag:ignite-x,option6:domain-search,a.test,b.test',
    ],
  );
});
