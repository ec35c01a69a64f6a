import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runsOf } from './merge-overlay.ts';

test('runsOf: neighbours on the disk are together, in its order, wherever they are in the store', () => {
  const at = (onDisk: number, inStore: number) => ({ onDisk, inStore });
  assert.deepEqual(runsOf([at(9, 2), at(4, 7), at(3, 9), at(5, 3)]), [
    [at(3, 9), at(4, 7), at(5, 3)],
    [at(9, 2)],
  ]);
  assert.deepEqual(runsOf([]), []);
});
