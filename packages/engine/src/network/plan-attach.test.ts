import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planHandOver } from './plan-attach.ts';

test('planHandOver: eth0 gives its address and MAC away before the guest can use them', () => {
  const lines = planHandOver('eth0', 1_879_048_193);
  const at = (part: string): number => lines.findIndex((line) => line.includes(part));
  assert.ok(at('address flush dev eth0') >= 0);
  assert.ok(at('set dev eth0 address') < at('set dev eth0 master'));
  assert.ok(at('tuntap add dev tap0 mode tap user 1879048193') < at('set dev tap0 master'));
});

test('planHandOver: eth0, the bridge and the guest are never one MAC', () => {
  const macs = planHandOver('eth0', 1).flatMap((line) => /address ([0-9a-f:]{17})/.exec(line)?.[1] ?? []);
  assert.equal(macs.length, 2);
  assert.equal(new Set(macs).size, 2);
  for (const mac of macs)
    assert.equal(Number.parseInt(mac.slice(0, 2), 16) & 0b11, 0b10, 'local and unicast');
});

test('planHandOver: what a hairpin sends back teaches the bridge nothing', () => {
  assert.ok(planHandOver('eth0', 1).includes('link set dev eth0 type bridge_slave learning off'));
});
