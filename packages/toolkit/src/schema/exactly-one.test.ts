import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasExactlyOne } from './exactly-one.ts';

test('hasExactlyOne: one of the fields is set, whatever else is', () => {
  const fields = ['a', 'b'];
  assert.ok(hasExactlyOne({ a: 0, c: 1 }, fields));
  assert.ok(hasExactlyOne({ a: undefined, b: {} }, fields));
  for (const object of [{}, { c: 1 }, { a: 0, b: 0 }, { a: undefined }])
    assert.ok(!hasExactlyOne(object, fields));
});
