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
  for (const memory of [512, 2_048]) {
    const code = translationCache(bytes(memory * mib)) / mib;
    assert.ok(overhead('tcg', 1, memory) > overhead('kvm', 1, memory) + code);
  }
  assert.ok(overhead('tcg', 2, 512) - overhead('tcg', 1, 512) >= 256);
});

test('translationCache: a quarter of the memory of the guest, within limits', () => {
  const sizes = [64, 512, 1_024, 1_026, 2_048, 65_536].map(
    (memory) => translationCache(bytes(memory * mib)) / mib,
  );
  assert.deepEqual(sizes, [128, 128, 256, 256, 512, 512]);
});
