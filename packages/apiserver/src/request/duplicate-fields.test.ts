import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duplicateFields } from './duplicate-fields.ts';

test('duplicateFields finds what is given twice in the same object', () => {
  for (const [json, wanted] of [
    ['{"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": 2}]}', []],
    ['{"a": 1, "a": 2}', [['a']]],
    ['{"a": [{"b": 1}, {"b": 1, "c": {}, "b": "x"}]}', [['a', 1, 'b']]],
    [String.raw`{"a\"": "{\"x\": 1, \"x\": 2}", "a\u0022": 1}`, [['a"']]],
    ['[]', []],
    ['"text"', []],
  ] as const)
    assert.deepEqual(duplicateFields(json), wanted, json);
});

test('duplicateFields tells the first ten', () => {
  const json = `{${Array.from({ length: 100 }, () => '"a": 1').join(', ')}}`;
  assert.equal(duplicateFields(json).length, 10);
});
