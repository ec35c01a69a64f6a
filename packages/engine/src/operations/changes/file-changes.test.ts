import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFileChanges } from './file-changes.ts';

test('parseFileChanges: in the order of paths, with names that hold blanks', () => {
  assert.deepEqual(parseFileChanges('D b\nA a/x y\nC a\n'), [
    { kind: 'C', path: '/a' },
    { kind: 'A', path: '/a/x y' },
    { kind: 'D', path: '/b' },
  ]);
  assert.deepEqual(parseFileChanges('junk\n\nX a'), []);
});
