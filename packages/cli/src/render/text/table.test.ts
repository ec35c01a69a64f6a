import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fittedTable, table } from './table.ts';

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

const header = ['ID', 'IMAGE', 'SIZE', 'AGE', 'NAME'];
const rows = [
  ['0123456789abcdef', 'registry.example.com/team/an-image:1.2.3', '4.0 GB', '3h', 'a-name-of-some-length'],
  ['0123456789abcdef', 'debian:12', '512.0 MB', '12d', 'b'],
];
/** What a person sees in a window that is `width` wide. */
const shown = (width: number): readonly string[] => {
  const text = fittedTable(header, rows, { width, flexible: new Set([1, 4]), optional: [3, 2, 0] });
  assert.ok(text.endsWith('\n'));
  const lines = text.slice(0, -1).split('\n');
  assert.ok(
    lines.every((line) => line.length <= width),
    `a line wraps at ${width}:\n${text}`,
  );
  return lines;
};

test('a table that fits is left alone', () => {
  assert.equal(shown(200).join('\n') + '\n', table(header, rows));
});

test('a table that is too wide: the widest of its flexible columns give way, so that it fills the terminal', () => {
  const [, first = '', second = ''] = shown(76);
  assert.equal(first.length, 76);
  assert.match(first, /^0123456789abcdef {3}registry\.\S+… {3}4\.0 GB +3h {4}a-name\S+…?$/);
  assert.match(second, /^0123456789abcdef {3}debian:12 /);
});

test('ps wrapped below 80 columns: columns are left out, the least wanted first, and the others have their room', () => {
  assert.deepEqual(shown(62)[0]?.split(/ {2,}/), ['ID', 'IMAGE', 'SIZE', 'NAME']);
  assert.deepEqual(shown(50)[0]?.split(/ {2,}/), ['ID', 'IMAGE', 'NAME']);
  assert.deepEqual(shown(40)[0]?.split(/ {2,}/), ['IMAGE', 'NAME']);
  assert.match(shown(40)[1] ?? '', /^registry\.\S+… {3}a-name-\S+…$/);
  for (let width = 1; width < 140; width += 1) shown(width);
});

test('table: what a cell holds cannot break its line or move the cursor', () => {
  assert.equal(table(['A', 'B'], [['a\nb', 'c\u001b[2J']]), 'A     B\na b   c [2J\n');
});
