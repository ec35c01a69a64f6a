import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitRows, table } from './table.ts';

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

const header = ['ID', 'IMAGE', 'NAME'];
const rows = [
  ['0123456789abcdef', 'registry.example.com/team/an-image:1.2.3', 'a-name-of-some-length'],
  ['0123456789abcdef', 'debian:12', 'b'],
];
const widthOf = (lines: readonly (readonly string[])[]): number =>
  Math.max(
    ...table(header, lines)
      .split('\n')
      .map((line) => line.length),
  );

test('fitRows: the widest of the flexible columns give way, so that the table is as wide as the terminal', () => {
  const fitted = fitRows(header, rows, new Set([1, 2]), 60);
  assert.equal(widthOf(fitted), 60);
  assert.equal(fitted[0]?.[0], '0123456789abcdef');
  assert.match(fitted[0]?.[1] ?? '', /^registry\.ex.*…$/);
  assert.equal(fitted[1]?.[1], 'debian:12');
});

test('fitRows: what fits is left alone, and nothing is shortened beyond recognition', () => {
  assert.deepEqual(fitRows(header, rows, new Set([1, 2]), 200), rows);
  const tiny = fitRows(header, rows, new Set([1, 2]), 10);
  assert.deepEqual(tiny[0], ['0123456789abcdef', 'registry.ex…', 'a-name-of-s…']);
});

test('table: what a cell holds cannot break its line or move the cursor', () => {
  assert.equal(table(['A', 'B'], [['a\nb', 'c\u001b[2J']]), 'A     B\na b   c [2J\n');
});
