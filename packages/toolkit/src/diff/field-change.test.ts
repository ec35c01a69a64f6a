import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffFields, dottedPath, isWithin, valueAt } from './field-change.ts';

test('diffFields: names each field that differs, and nothing else', () => {
  const from = { a: 1, b: { c: 'x', d: [1, { e: 2 }] }, gone: true };
  const to = { a: 1, b: { c: 'y', d: [1, { e: 3 }] }, come: null };
  assert.deepEqual(diffFields(from, to), [
    { path: '/b/c', from: 'x', to: 'y' },
    { path: '/b/d/1/e', from: 2, to: 3 },
    { path: '/gone', from: true, to: undefined },
    { path: '/come', from: undefined, to: null },
  ]);
  assert.deepEqual(diffFields(from, structuredClone(from)), []);
});

test('diffFields: lists of different lengths are one change; a list is no record', () => {
  assert.deepEqual(diffFields({ l: [1] }, { l: [1, 2] }), [{ path: '/l', from: [1], to: [1, 2] }]);
  assert.deepEqual(diffFields({ l: [] }, { l: {} }), [{ path: '/l', from: [], to: {} }]);
});

test('diffFields: names with slashes and tildes stay one name', () => {
  const [change] = diffFields({ 'a/b~c': 1 }, { 'a/b~c': 2 });
  assert.equal(change?.path, '/a~1b~0c');
  assert.equal(dottedPath(change?.path ?? ''), 'a/b~c');
});

test('isWithin: a field and what is below it, not its namesakes', () => {
  assert.ok(isWithin('/spec/cpus', '/spec'));
  assert.ok(isWithin('/spec', '/spec'));
  assert.ok(!isWithin('/specs', '/spec'));
});

test('valueAt: what a pointer leads to, and nothing where there is nothing', () => {
  const tree = { a: [{ 'b/c': 1 }], none: undefined };
  assert.equal(valueAt(tree, '/a/0/b~1c'), 1);
  assert.equal(valueAt(tree, '/a/1/b~1c'), undefined);
  assert.equal(valueAt(tree, '/toString'), undefined);
  assert.equal(valueAt(tree, ''), tree);
});
