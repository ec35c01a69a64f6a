import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffDeclared } from './diff-declared.ts';

test('only fields that are declared differ', () => {
  const live = { a: 1, b: { c: 2, d: 3 }, list: [{ name: 'x', size: 1 }], others: true };
  assert.deepEqual(diffDeclared(live, { a: 1, b: { c: 2 }, list: [{ name: 'x' }] }), []);
  assert.deepEqual(diffDeclared(live, { b: { c: 9 }, list: [{ name: 'y' }], new: 1 }), [
    { path: '/b/c', from: 2, to: 9 },
    { path: '/list/0/name', from: 'x', to: 'y' },
    { path: '/new', from: undefined, to: 1 },
  ]);
  assert.deepEqual(diffDeclared({ list: [1, 2] }, { list: [1] }), [{ path: '/list', from: [1, 2], to: [1] }]);
});
