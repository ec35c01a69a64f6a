import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBody } from './decode-body.ts';

const decoded = (text: string, contentType: string): unknown =>
  decodeBody({ bytes: Buffer.from(text), contentType });
const nested = (depth: number): string => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2);

test('decodeBody refuses what is nested too deep for others to walk through', () => {
  for (const type of ['application/json', 'application/merge-patch+json', 'application/yaml']) {
    assert.ok(decoded(nested(512), type));
    for (const depth of [514, 5_000])
      assert.throws(() => decoded(nested(depth), type), { code: 'BAD_REQUEST' }, `${type} ${depth}`);
  }
});

test('decodeBody says in which line a field is set again, in the words of Kubernetes', () => {
  assert.throws(() => decoded('\nspec:\n  foo: 1\n  bar: 2\n  foo: 3\n', 'application/apply-patch+yaml'), {
    code: 'BAD_REQUEST',
    message: 'the body is not YAML: line 5: key "foo" already set in map',
  });
});

test('decodeBody refuses YAML with an alias that stands for nothing, or for more and more', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    .concat(
      ['b', 'c', 'd', 'e'].map(
        (name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcd'[at]!}`).join(', ')}]`,
      ),
    )
    .join('\n');
  for (const text of ['{"a": *b}', '*a', bomb])
    assert.throws(() => decoded(text, 'application/yaml'), { code: 'BAD_REQUEST' }, text);
});

test('decodeBody reads JSON that is sent as YAML, and tells of it what it tells of YAML', () => {
  const apply = 'application/apply-patch+yaml';
  const text = String.raw`{"a": [1.50, -2e3, true, null, "\u00e9\/\n"], "b": {"c": "x: y"}}`;
  assert.deepEqual(decoded(text, apply), { a: [1.5, -2000, true, null, 'é/\n'], b: { c: 'x: y' } });
  assert.deepEqual(decoded('{a: 1, "b": two}', apply), { a: 1, b: 'two' });
  for (const [wrong, message] of [
    ['{"a": {"b": 1,\n "b": 2}}', 'the body is not YAML: line 2: key ""b"" already set in map'],
    ['{"a": 1}\n---\n{"a": 2}', 'the body is not one YAML document'],
  ] as const)
    assert.throws(() => decoded(wrong, apply), { code: 'BAD_REQUEST', message });
});
