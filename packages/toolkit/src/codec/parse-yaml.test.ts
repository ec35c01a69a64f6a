import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYaml, plainValue } from './parse-yaml.ts';

const codes = (text: string): readonly string[] =>
  parseYaml(text).flatMap(({ errors }) => errors.map(({ code }) => code));

test('parseYaml: a key that is given twice is an error, in maps of any depth and form', () => {
  for (const text of [
    'a: 1\na: 2\n',
    '{"a": {"b": 1, "b": 2}}',
    '- ? {x: 1, x: 2}\n  : 1\n',
    '1: a\n"1": b\n',
  ])
    assert.deepEqual(codes(text), ['DUPLICATE_KEY'], text);
  assert.deepEqual(codes('a: {b: 1}\nc: {b: 1}\n'), []);
});

test('parseYaml: more than a hundred aliases are an error', () => {
  assert.deepEqual(codes(`- &a x\n${'- *a\n'.repeat(100)}`), []);
  assert.deepEqual(codes(`- &a x\n${'- *a\n'.repeat(101)}`), ['RESOURCE_EXHAUSTION']);
});

// Each of these texts would take hours if the parser compared every item with every other.
const large: Readonly<Record<string, () => string>> = {
  'a map of many keys': () => Array.from({ length: 50_000 }, (_, at) => `key${at}: 1\n`).join(''),
  'a flow map of many keys': () =>
    `{${Array.from({ length: 150_000 }, (_, at) => `"key${at}": 1`).join(', ')}}`,
  'many anchors, each with its alias': () =>
    Array.from({ length: 60_000 }, (_, at) => `- &a${at} x\n- *a${at}\n`).join(''),
  'many documents': () => '---\na: 1\n'.repeat(50_000),
  'many errors': () => '- "\\q"\n'.repeat(50_000),
  'many nested lists': () => '['.repeat(50_000),
  'many tags': () => '- !foo x\n'.repeat(50_000),
  'one long line': () => 'a'.repeat(2 ** 24),
  'one long text of several lines': () => `a: "${'some\\n text \n '.repeat(2 ** 17)}"`,
};

for (const [what, text] of Object.entries(large))
  test(`parseYaml: ${what} takes no longer than its length`, () => {
    for (const document of parseYaml(text())) if (document.errors.length === 0) plainValue(document);
  });
