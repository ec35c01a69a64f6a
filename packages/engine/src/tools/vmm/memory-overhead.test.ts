import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '@ignite/toolkit/units/bytes';
import { memoryOverhead, translationCache } from './memory-overhead.ts';

const mib = 2 ** 20;
const overhead = (kind: 'kvm' | 'tcg', cpus: number, memory: number): number =>
  memoryOverhead({ accel: { kind }, cpus, memory: bytes(memory * mib) }, bytes(100 * mib)) / mib;

test('memoryOverhead: what the VMM itself takes, and more for each CPU and for the page tables of a large guest', () => {
  assert.equal(overhead('kvm', 1, 512), 100 + 8 + 4);
  assert.equal(overhead('kvm', 4, 512) - overhead('kvm', 1, 512), 3 * 8);
  assert.equal(overhead('kvm', 1, 65_536), 100 + 8 + 512);
});

test('memoryOverhead: an emulator has its translated code too, and for each CPU what that remembers of addresses', () => {
  const code = translationCache / mib;
  assert.ok(overhead('tcg', 1, 512) > overhead('kvm', 1, 512) + code);
  assert.ok(overhead('tcg', 2, 512) - overhead('tcg', 1, 512) >= 256);
});
