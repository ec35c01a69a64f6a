import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inVersionOrder } from './version-order.ts';

test('inVersionOrder: stable before beta before alpha, the highest first, and all else last', () => {
  const versions = ['v1alpha1', 'foo', 'v2', 'v1beta2', 'v10', 'v1beta10', 'bar', 'v1'];
  assert.deepEqual(versions.toSorted(inVersionOrder), [
    ...['v10', 'v2', 'v1', 'v1beta10', 'v1beta2', 'v1alpha1'],
    ...['bar', 'foo'],
  ]);
});
