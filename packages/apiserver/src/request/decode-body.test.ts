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
