import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeapAtRest } from './heap-at-rest.ts';

const MiB = 2 ** 20;

/** Returns after which looks garbage was collected, if so many MiB were allocated before each. */
function collections(allocations: readonly number[]): readonly number[] {
  let allocated = 0;
  let times = 0;
  const heap = new HeapAtRest({ allocated: () => allocated, collect: () => void (times += 1) });
  return allocations.flatMap((more, look) => {
    const before = times;
    allocated += more * MiB;
    heap.look();
    return times > before ? [look] : [];
  });
}

test('HeapAtRest: garbage is collected once after some work, when the process has come to rest', () => {
  assert.deepEqual(collections([100, 20, 0.5, 0.5, 0.5]), [2]);
});

test('HeapAtRest: nothing is collected during work, nor for little garbage', () => {
  assert.deepEqual(collections([20, 2, 2, 2]), []);
  assert.deepEqual(collections([7, 0, 0, 0]), []);
});

test('HeapAtRest: the little that a process allocates at rest adds up', () => {
  assert.deepEqual(collections(Array.from({ length: 20 }, () => 1)), [7, 15]);
});
