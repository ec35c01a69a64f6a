import assert from 'node:assert/strict';
import { test } from 'node:test';
import { substitute } from './substitute.ts';

const values = { A: '1', B: '2' };

test('substitute: values, defaults, and what stands for itself', () => {
  const expected: Readonly<Record<string, string>> = {
    'a: ${A} ${B}': 'a: 1 2',
    '{"a": "${A}"}': '{"a": "1"}',
    'a: ${C:-} ${C:-x y} ${A:-x}': 'a:  x y 1',
    'a: $${A} $$${A}': 'a: ${A} $${A}',
    '${A': '${A',
    '${A:-\n}': '${A:-\n}',
    'a: ${ A } ${1} $A {A} }': 'a: ${ A } ${1} $A {A} }',
    '${C:-${A:-x}': '${A:-x',
    '${A ${B}': '${A 2',
    '${A}\r\n${B}\n': '1\r\n2\n',
  };
  for (const [text, filled] of Object.entries(expected))
    assert.equal(substitute(text, values, 'f'), filled, text);
});

test('substitute: no text takes longer than its length', () => {
  for (const piece of ['${a:-', '${', '$', '${a', '$${a:-', 'a', '}', '${A}', '${A:-}'])
    for (const end of ['', '}', '\n'])
      substitute(piece.repeat(2 ** 20 / piece.length) + end, { A: '1', a: '' }, 'f');
});
