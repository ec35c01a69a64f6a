import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFieldSelector, parseFieldSelector } from './field-selector.ts';

test('parseFieldSelector reads requirements with their escapes', () => {
  for (const [text, wanted] of [
    ['', []],
    ['metadata.name=a', [['metadata.name', '=', 'a']]],
    [
      'spec.x==1,type!=Normal',
      [
        ['spec.x', '=', '1'],
        ['type', '!=', 'Normal'],
      ],
    ],
    [String.raw`a=b\,c\=d\\`, [['a', '=', 'b,c=d\\']]],
    ['a=', [['a', '=', '']]],
  ] as const)
    assert.deepEqual(
      parseFieldSelector(text).map(({ field, operator, value }) => [field, operator, value]),
      wanted,
      text,
    );
  const written = [{ field: 'a', operator: '!=', value: 'x,y=\\z' } as const];
  assert.deepEqual(parseFieldSelector(formatFieldSelector(written)), written);
});

test('parseFieldSelector refuses what is no requirement', () => {
  for (const text of ['a', '=b', 'a=b=c', 'a>b', 'a=b,!c', String.raw`a=b\x`])
    assert.throws(() => parseFieldSelector(text), { code: 'BAD_REQUEST' }, text);
});
