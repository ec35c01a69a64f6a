import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './table.ts';

test('table: columns are as wide as their widest cell, and nothing stands behind the last', () => {
  assert.equal(
    table(
      ['ID', 'NAME'],
      [
        ['1', 'a'],
        ['2222', ''],
      ],
    ),
    'ID     NAME\n1      a\n2222\n',
  );
  assert.equal(table(['ID', 'NAME'], []), 'ID   NAME\n');
});
