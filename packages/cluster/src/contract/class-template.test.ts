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
    ['{{ mul 9223372036854775807 2 }} {{ add 9223372036854775807 1 }}', '-2 -9223372036854775808'],
    ['{{ "a" | indent -1 }}', 'a'],
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

describe('a template that would keep the host busy ends', () => {
  const long = '{{ $s := printf "%9999d" 1 }}';
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      'by large numbers',
      `{{ $x := 9999999 }}${'{{ $x = mul $x $x }}'.repeat(40)}{{ eq $x 1 }}`,
      /^true|^false/,
    ],
    [
      'by lists of lists',
      `{{ $x := list 1 }}${`{{ $x = list ${'$x '.repeat(12)}}}`.repeat(7)}{{ toJson $x }}`,
      /list makes too much|it does too much/,
    ],
    [
      'by deep lists',
      '{{ $x := list 1 }}{{ range 3000 }}{{ $x = list $x }}{{ end }}{{ $x }}',
      /list makes too much/,
    ],
    ['by replacing', `${long}{{ replace "" $s $s }}`, /makes too much text/],
    ['by joining', `${long}{{ join (split $s "") $s }}`, /makes too much text/],
    [
      'by many large texts',
      `${long}{{ range 9000 }}{{ if sha256sum $s }}{{ end }}{{ end }}`,
      /it does too much/,
    ],
    [
      'by loops that end at once',
      `${long}{{ $x := split $s "" }}{{ range 9000 }}{{ range $x }}{{ break }}{{ end }}{{ end }}`,
      /it does too much/,
    ],
    ['by versions', `${long}{{ semverCompare $s "v1.35.4" }}`, /too long/],
  ];
  for (const [name, text, outcome] of cases)
    test(name, { timeout: 20_000 }, () => {
      let told: string;
      try {
        told = parseClassTemplate('t', text)({});
      } catch (failure) {
        told = String(failure);
      }
      assert.match(told, outcome);
    });
});
