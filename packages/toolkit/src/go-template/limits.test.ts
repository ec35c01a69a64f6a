import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseTemplate } from './template.ts';
import { GoFunction, GoMap } from './value.ts';

describe('limits of a rendering', () => {
  const limits = { steps: 1_000, characters: 1_000, work: 10_000 };
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['loops', '{{range 1000000}}{{range 1000000}}{{end}}{{end}}', /it does too much/],
    [
      'templates that call themselves twice',
      '{{define "a"}}{{template "a"}}{{template "a"}}{{end}}{{template "a"}}',
      /it does too much|maximum template depth/,
    ],
    [
      'loops that end at once',
      '{{range 1000000}}{{range 1000000}}{{break}}{{end}}{{end}}',
      /it does too much/,
    ],
    ['text', '{{range 500}}abc{{end}}', /it writes too much/],
    ['a value', '{{len (printf "%9999d" 1)}}', /printf makes too much/],
    [
      'a list',
      `{{$x := split "abcdefghi" ""}}{{$x = split (join $x (printf "%200d" 1)) ""}}`,
      /makes too much/,
    ],
    [
      'values of all calls',
      '{{range 900}}{{if eq "abcdefghijklmnop" "b"}}{{end}}{{end}}',
      /it does too much/,
    ],
    [
      'separators',
      '{{$x := split (printf "%900d" 1) ""}}{{len (join $x (printf "%99d" 1))}}',
      /makes too much/,
    ],
  ];
  for (const [name, text, problem] of cases)
    test(name, () => {
      assert.throws(() => parseTemplate('t', text, { limits })(new GoMap([])), problem);
    });

  test('each rendering has its own', () => {
    const render = parseTemplate('t', '{{range 400}}x{{end}}', { limits });
    assert.equal(render(null), render(null));
  });
});

test('further functions are those of one template', () => {
  const functions = new Map([['twice', new GoFunction(['string'], (text: string) => text + text)]]);
  assert.equal(parseTemplate('t', '{{"a" | twice}}', { functions })(null), 'aa');
  assert.throws(() => parseTemplate('t', '{{"a" | twice}}'), /function "twice" not defined/);
});
