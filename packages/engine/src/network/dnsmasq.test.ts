import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dnsmasqArgv } from './dnsmasq.ts';

const argv = (prefixLength: number) =>
  dnsmasqArgv('/d', { bridge: 'ignite0', gateway: '10.61.0.1', prefixLength });

test('dnsmasqArgv: it serves the bridge alone, and leases to those it knows alone', () => {
  const args = argv(16);
  assert.ok(args.includes('--interface=ignite0'));
  assert.ok(args.includes('--except-interface=lo'));
  assert.ok(args.includes('--bind-dynamic'));
  assert.ok(args.includes('--dhcp-range=10.61.0.1,static,255.255.0.0,infinite'));
  assert.equal(args[0], '--conf-file=/dev/null', "the host's own configuration is left alone");
});

for (const [prefixLength, mask] of [
  [8, '255.0.0.0'],
  [20, '255.255.240.0'],
  [24, '255.255.255.0'],
  [30, '255.255.255.252'],
] as const) {
  test(`dnsmasqArgv: a /${prefixLength} has the mask ${mask}`, () =>
    assert.ok(argv(prefixLength).some((arg) => arg.includes(`,${mask},`))));
}
