import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contains, firstFree, joined, parseRange, sizeOf, without } from './address-ranges.ts';
import { ipText, parseIp } from './ip-address.ts';

const rangesOf = (...texts: readonly string[]) => joined(texts.map(parseRange));
const textsOf = (ranges: ReturnType<typeof rangesOf>): readonly string[] =>
  ranges.map(({ family, first, last }) => [first, last].map((value) => ipText({ family, value })).join('-'));

test('parseRange: an address, a subnet or a range', () => {
  const cases = [
    ['10.0.0.5', '10.0.0.5-10.0.0.5'],
    ['10.0.0.77/30', '10.0.0.76-10.0.0.79'],
    ['10.0.0.9-10.0.0.20', '10.0.0.9-10.0.0.20'],
    ['fd00::/126', 'fd00::-fd00::3'],
    ['fd00::1-fd00::1:0', 'fd00::1-fd00::1:0'],
  ] as const;
  for (const [text, range] of cases) assert.deepEqual(textsOf(rangesOf(text)), [range], text);
});

test('parseRange: anything else is refused', () => {
  const texts = ['', '10.0.0.300', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.9-10.0.0.8'];
  const further = ['10.0.0.1-', '10.0.0.1-10.0.0.2-10.0.0.3', '10.0.0.1-fd00::1', '10.0.0.0/24-10.0.1.0/24'];
  for (const text of [...texts, ...further, 'fe80::1%eth0', 'fd00::/129'])
    assert.throws(() => parseRange(text), RangeError, text);
});

test('joined: ranges that overlap or touch are one, in order', () => {
  assert.deepEqual(textsOf(rangesOf('10.0.0.20', '10.0.0.1-10.0.0.9', '10.0.0.10', '10.0.0.4-10.0.0.6')), [
    '10.0.0.1-10.0.0.10',
    '10.0.0.20-10.0.0.20',
  ]);
});

test('without: the beginning, the middle, the end or all of a range is taken out', () => {
  const all = rangesOf('10.0.0.0-10.0.0.9', '10.0.0.20');
  const taken = ['10.0.0.0', '10.0.0.4-10.0.0.5', '10.0.0.9-10.0.0.15', '10.0.0.20-10.0.0.30'].map(
    parseRange,
  );
  assert.deepEqual(textsOf(without(all, taken)), ['10.0.0.1-10.0.0.3', '10.0.0.6-10.0.0.8']);
});

test('sizeOf and contains: how many, and which', () => {
  const all = rangesOf('10.0.0.0/30', '10.0.0.9');
  assert.equal(sizeOf(all), 5n);
  assert.equal(sizeOf(rangesOf('fd00::/64')), 2n ** 64n);
  assert.deepEqual(
    ['10.0.0.3', '10.0.0.4', '10.0.0.9', '::a00:3'].map((text) => contains(all, parseIp(text))),
    [true, false, true, false],
  );
});

test('firstFree: the lowest address that is not taken, in the next range if need be', () => {
  const all = rangesOf('10.0.0.1-10.0.0.2', '10.0.0.9');
  const taken = (...texts: readonly string[]) => new Set(texts.map((text) => parseIp(text).value));
  const free = (...texts: readonly string[]) => {
    const found = firstFree(all, taken(...texts));
    return found && ipText(found);
  };
  assert.equal(free(), '10.0.0.1');
  assert.equal(free('10.0.0.1'), '10.0.0.2');
  assert.equal(free('10.0.0.1', '10.0.0.2'), '10.0.0.9');
  assert.equal(free('10.0.0.1', '10.0.0.2', '10.0.0.9'), undefined);
});
