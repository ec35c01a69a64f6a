import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StructuralSchema } from '../structural-schema.ts';
import { hasQuickRules, isSmall } from './quick-rules.ts';

const ruled = (...rules: readonly string[]): StructuralSchema => ({
  type: 'object',
  properties: {
    names: {
      type: 'object',
      properties: { name: { type: 'string' } },
      'x-kubernetes-validations': rules.map((rule) => ({ rule })),
    },
  },
});
const sizes = (times: number): string => `${Array(times).fill('size(self.name)').join(' + ')} >= 0`;

test('rules are quick if each of them is, and if all together are short', () => {
  assert.ok(hasQuickRules(ruled('self.name == "a"', sizes(10))));
  assert.ok(!hasQuickRules(ruled('self.name == "a"', 'self.name.matches("(a*)*b")')));
  assert.ok(!hasQuickRules(ruled(sizes(1_000))));
  assert.ok(!hasQuickRules(ruled(...Array<string>(100).fill(sizes(10)))));
});

test('an object is small if it has few values and short texts', () => {
  for (const small of [undefined, { a: [1, { b: 'c' }] }, { name: 'a'.repeat(1_000) }])
    assert.ok(isSmall(small));
  for (const large of [
    Array(1_000).fill(1),
    { name: 'a'.repeat(100_000) },
    { names: Array(100).fill('a'.repeat(1_000)) },
    { ['a'.repeat(100_000)]: 1 },
  ])
    assert.ok(!isSmall(large));
});
