import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuQuantity, sizeQuantity } from './quantity.ts';

test('quantities: are exact, in the largest unit that fits', () => {
  for (const [bytes, text] of [
    [512 * 2 ** 20, '512Mi'],
    [8 * 2 ** 30, '8Gi'],
    [1_500, '1500'],
    [0, '0'],
  ] as const)
    assert.equal(sizeQuantity(bytes), text);
  assert.deepEqual([cpuQuantity(2), cpuQuantity(0.25)], ['2', '250m']);
});
