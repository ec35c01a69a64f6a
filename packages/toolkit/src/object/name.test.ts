import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDnsLabel, isPathSegment } from './name.ts';

test('isDnsLabel: RFC 1123 labels and nothing else', () => {
  for (const good of ['a', '0', 'my-vm', 'a'.repeat(63)]) assert.ok(isDnsLabel(good), good);
  for (const bad of ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a'.repeat(64), 'ä', 'a\n', '../x'])
    assert.ok(!isDnsLabel(bad), bad);
});

test('isPathSegment: anything that is one segment and means nothing but itself', () => {
  for (const good of ['a', 'system:node', 'Group of "x"', '...']) assert.ok(isPathSegment(good), good);
  for (const bad of ['', '.', '..', 'a/b', '%2e']) assert.ok(!isPathSegment(bad), bad);
});
