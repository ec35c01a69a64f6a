import assert from 'node:assert/strict';
import { test } from 'node:test';
import { twoColumns, wrap } from './text-width.ts';

test('wrap: lines are as long as they may be, and a long word stands alone', () => {
  assert.deepEqual(wrap('one two three', 8), ['one two', 'three']);
  assert.deepEqual(wrap('a extraordinarily b', 5), ['a', 'extraordinarily', 'b']);
  assert.deepEqual(wrap('', 5), ['']);
});

test('twoColumns: the right column is wrapped under itself', () => {
  assert.equal(
    twoColumns(
      [
        ['-a', 'one two three four five six seven'],
        ['--bb', 'x'],
      ],
      { width: 30 },
    ),
    '  -a     one two three four\n         five six seven\n  --bb   x\n',
  );
});

test('twoColumns: a left cell that is too wide has a line of its own', () => {
  assert.equal(
    twoColumns(
      [
        ['-a', 'x'],
        ['--very-long', 'y'],
      ],
      { width: 40, widest: 5 },
    ),
    '  -a   x\n  --very-long\n       y\n',
  );
});
