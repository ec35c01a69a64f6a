import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameJson } from './same-json.ts';

test('values are the same JSON if they are written the same but for the order of fields', () => {
  const values: readonly unknown[] = [
    ...[null, true, false, 0, 1, '', 'a', [], [1], [1, 2], [2, 1], [null], {}, { a: 1 }, { a: null }],
    ...[
      { a: undefined },
      { a: 1, b: undefined },
      [undefined],
      { a: { b: 1 } },
      { a: { b: 1, c: [] } },
      { b: 1 },
    ],
    ...[{ a: [] }, { a: {} }, { toString: 1 }, { length: 0 }],
  ];
  for (const a of values)
    for (const b of values)
      assert.equal(isSameJson(a, b), JSON.stringify(a) === JSON.stringify(b), JSON.stringify([a, b]));
  assert.ok(isSameJson({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }));
});
