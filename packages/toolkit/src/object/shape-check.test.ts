import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shapeCheck } from './shape-check.ts';

const isPot = shapeCheck({ spec: { size: 0, 'plants?': [{ name: '' }] } });

test('shapeCheck: what is more than the shape is fine, what is less or else is told by its path', () => {
  assert.equal(isPot({ spec: { size: 3, colour: 'red' }, more: true }), undefined);
  assert.equal(isPot({ spec: { size: 3, plants: [{ name: 'fern' }] } }), undefined);
  for (const [value, problem] of [
    [[], 'it is not a record'],
    [null, 'it is not a record'],
    [{}, 'spec is not a record'],
    [{ spec: { size: '3' } }, 'spec.size is not a number'],
    [{ spec: { size: 3, plants: {} } }, 'spec.plants is not a list'],
    [{ spec: { size: 3, plants: [{ name: 'fern' }, {}] } }, 'spec.plants[1].name is not a string'],
  ] as const)
    assert.equal(isPot(value), problem);
});
