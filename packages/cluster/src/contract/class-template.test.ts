import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseClassTemplate } from './class-template.ts';

const data = { n: 3, name: 'dev', empty: '', list: ['a', 'b'], map: { key: 'value' }, version: 'v1.35.4' };

describe('functions of templates', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{{ .empty | default "x" }}-{{ default "x" .name }}', 'x-dev'],
    ['{{ ternary "yes" "no" (eq .n 3) }}', 'yes'],
    ['{{ coalesce .empty .name }} {{ empty .list }}', 'dev false'],
    ['{{ quote .name }} {{ squote .n }} {{ toJson .map }}', `"dev" '3' {"key":"value"}`],
    ['{{ trimPrefix "v" .version }} {{ trimSuffix ".4" .version }}', '1.35.4 v1.35'],
    ['{{ replace "." "-" .version }} {{ trunc 2 .name }} {{ trunc -1 .name }}', 'v1-35-4 de v'],
    ['{{ hasPrefix "v1" .version }} {{ contains "35" .version }} {{ has "b" .list }}', 'true true true'],
    ['{{ hasKey .map "key" }} {{ hasKey .map "x" }}', 'true false'],
    ['{{ add .n 2 }} {{ mul .n 2 }} {{ sub .n 5 }}', '5 6 -2'],
    ['{{ b64enc .name }} {{ b64enc .name | b64dec }}', 'ZGV2 dev'],
    ['{{ "a\\nb" | indent 2 }}|{{ "a" | nindent 1 }}', '  a\n  b|\n a'],
    ['{{ semverCompare ">=1.35, <1.36" .version }} {{ semverCompare "<= 1.35.3" .version }}', 'true false'],
    ['{{ semverCompare "1.35.4" .version }} {{ semverCompare "!=v1.35.4" .version }}', 'true false'],
  ];
  for (const [text, output] of cases)
    test(text, () => {
      assert.equal(parseClassTemplate('t', text)(data), output);
    });
});

test('what is wrong is told in the words of Go', () => {
  assert.throws(() => parseClassTemplate('t', '{{ env "HOME" }}'), /function "env" not defined/);
  assert.throws(() => parseClassTemplate('t', '{{ semverCompare ">1" .name }}')(data), /is no version/);
  assert.throws(() => parseClassTemplate('t', '{{range 99999}}{{end}}')(data), /it does too much/);
});
