import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, formatBytes, humanBytes, parseBytes } from './bytes.ts';

for (const [text, size] of [
  ['0', 0],
  ['1024', 1024],
  ['10B', 10],
  ['512MB', 512 * 2 ** 20],
  ['512m', 512 * 2 ** 20],
  ['1GB', 2 ** 30],
  ['4GiB', 4 * 2 ** 30],
  ['1.5g', 1.5 * 2 ** 30],
  [' 2 TB ', 2 * 2 ** 40],
  ['1Ki', 1024],
  ['2kilo', 2048],
  ['1 megabyte', 2 ** 20],
  ['3 gigabytes', 3 * 2 ** 30],
  ['5 bytes', 5],
  ['1gb', 2 ** 30],
] as const) {
  test(`parseBytes: ${JSON.stringify(text)} is ${size} bytes`, () => assert.equal(parseBytes(text), size));
}

for (const bad of ['', 'MB', '-1', '1.5.5G', '1XB', '0x10', '1e3', 'NaN', '9999999999PB', '1 2', '١GB']) {
  test(`parseBytes: ${JSON.stringify(bad)} is refused`, () =>
    assert.throws(() => parseBytes(bad), { code: 'SIZE_INVALID' }));
}

test('formatBytes: the exact form can be read back', () => {
  for (const size of [0, 1, 1023, 1024, 1536, 512 * 2 ** 20, 2 ** 40, 3 * 2 ** 50]) {
    assert.equal(parseBytes(formatBytes(bytes(size))), size);
  }
  assert.equal(formatBytes(bytes(1_500 * 2 ** 20)), '1500MB');
});

test('parseBytes: Mb is megabits, so it is refused with what to write', () => {
  for (const text of ['512Mb', '1 Gb', '2Kb'])
    assert.throws(() => parseBytes(text), { code: 'SIZE_INVALID', hint: /upper-case/ }, text);
});

test('humanBytes: one decimal of the largest unit of which there is more than one', () => {
  for (const [size, text] of [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1024 B'],
    [1025, '1.0 KB'],
    [512 * 2 ** 20, '512.0 MB'],
    [2 ** 30, '1024.0 MB'],
    [2 * 2 ** 30, '2.0 GB'],
    [1.25 * 2 ** 30, '1.3 GB'],
    [2 ** 40, '1024.0 GB'],
  ] as const)
    assert.equal(humanBytes(bytes(size)), text);
});

test('bytes: what is no count of bytes is a bug', () => {
  assert.throws(() => bytes(-1), RangeError);
  assert.throws(() => bytes(0.5), RangeError);
});
