import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemplateError } from './template-error.ts';
import { parseTemplate } from './template.ts';
import { GoFunction, GoMap, GoObject, type GoValue } from './value.ts';

const labels = new GoMap(
  [
    ['b', '2'],
    ['a', '1'],
  ],
  '',
);
const memory = new GoObject({ typeName: 'meta.Size', text: '512.0 MB', value: 512n * 2n ** 20n });
const ssh = new GoObject({ typeName: 'ignite.SSH', fields: { Generate: true, PublicKey: '' } });
const nil = new GoObject({ typeName: '*ignite.Network', isNil: true, lookUp: () => ({ value: '' }) });
const dot = new GoObject({
  typeName: '*ignite.VM',
  fields: {
    Name: 'web',
    Count: 2n,
    Half: 0.5,
    Yes: true,
    No: false,
    Empty: '',
    Nothing: null,
    List: ['x', 'y', 'z'],
    None: [],
    Labels: labels,
    Memory: memory,
    SSH: ssh,
    Network: nil,
    Inner: new GoObject({ typeName: 'ignite.Spec', fields: { Image: 'debian', Ports: [80n, 443n] } }),
    Double: new GoFunction(['int'], (value: bigint) => value * 2n),
  },
  methods: {
    GetName: new GoFunction([], () => 'web'),
    GetLabel: new GoFunction(['string'], (key: string) => labels.entries.get(key) ?? ''),
  },
});
const render = (text: string, data: GoValue = dot): string => parseTemplate('format', text)(data);

/** Template and output, as Go's text/template gives it. */
const rendered: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  'text and actions': [
    ['', ''],
    ['plain } text {', 'plain } text {'],
    ['{{.Name}}', 'web'],
    ['a{{ .Name }}b{{.Count}}c', 'awebb2c'],
    ['{{.Inner.Image}}', 'debian'],
    ['{{\n.Name\n}}', 'web'],
    ['{{.Labels.a}}', '1'],
    ['{{.Labels.none}}', '<no value>'],
    ['{{.Labels.none.more}}', '<no value>'],
    ['{{$.Name}}', 'web'],
    ['{{"}}"}}', '}}'],
  ],
  'trimming and comments': [
    ['a  {{- .Name -}}  b', 'awebb'],
    ['a \n{{- "x"}} b', 'ax b'],
    ['a {{"x" -}} \n\t b', 'a xb'],
    ['{{3 -}} < {{- 45}}', '3<45'],
    ['{{-3}}', '-3'],
    ['a{{/* not {{ shown */}}b', 'ab'],
    ['a {{- /* trimmed */ -}} b', 'ab'],
  ],
  literals: [
    ['{{"a\\tb\\"\\u00e9\\x41\\101"}}', 'a\tb"éAA'],
    ['{{`raw \\n "it"`}}', 'raw \\n "it"'],
    ["{{'a'}} {{'\\n'}} {{'é'}}", '97 10 233'],
    ['{{12}} {{-3}} {{0x1F}} {{0b11}} {{0o17}} {{017}} {{1_000}}', '12 -3 31 3 15 15 1000'],
    ['{{1.5}} {{.5}} {{1e3}} {{1e6}} {{1e-7}} {{2.0}}', '1.5 0.5 1000 1e+06 1e-07 2'],
    ['{{9223372036854775807}}', '9223372036854775807'],
    ['{{true}} {{false}}', 'true false'],
  ],
  'values as Go prints them': [
    ['{{.Labels}}', 'map[a:1 b:2]'],
    ['{{.List}} {{.None}}', '[x y z] []'],
    ['{{.SSH}}', '{true }'],
    ['{{.Nothing}} {{.Network}}', '<nil> <nil>'],
    ['{{.Network.IPAddresses}}|', '|'],
    ['{{.Memory}}', '512.0 MB'],
    ['{{.Inner}}', '{debian [80 443]}'],
    ['{{.Half}} {{.Yes}}', '0.5 true'],
  ],
  'methods and their arguments': [
    ['{{.GetName}}', 'web'],
    ['{{.GetLabel "a"}}', '1'],
    ['{{"b" | .GetLabel}}', '2'],
    ['{{$.GetLabel "a"}}', '1'],
    ['{{(.GetLabel "a") | printf "%s!"}}', '1!'],
    ['{{call .Double 21}}', '42'],
  ],
  'pipelines and parentheses': [
    ['{{.Name | printf "%s-%s" "x"}}', 'x-web'],
    ['{{.Name | len}}', '3'],
    ['{{.Name | len | printf "%03d"}}', '003'],
    ['{{(index .List 1)}}', 'y'],
    ['{{(.Inner).Image}}', 'debian'],
    ['{{len (slice .List 1)}}', '2'],
    ['{{print (and .Yes .Name)}}', 'web'],
    ['{{ ( .Name ) }}', 'web'],
  ],
  variables: [
    ['{{$x := .Name}}{{$x}}', 'web'],
    ['{{$x := 1}}{{if .Yes}}{{$x = 2}}{{end}}{{$x}}', '2'],
    ['{{$x := 1}}{{if .Yes}}{{$x := 2}}{{end}}{{$x}}', '1'],
    ['{{$x := .Inner}}{{$x.Image}}', 'debian'],
    ['{{with $x := .Inner}}{{$x.Image}}{{.Image}}{{end}}', 'debiandebian'],
    ['{{if $n := .Name}}{{$n}}{{end}}', 'web'],
    ['{{$x := .Labels}}{{range $x}}{{.}}{{end}}', '12'],
  ],
  'if, else if, else': [
    ['{{if .Yes}}y{{else}}n{{end}}', 'y'],
    ['{{if .No}}y{{else}}n{{end}}', 'n'],
    ['{{if .Empty}}1{{else if .Count}}2{{else}}3{{end}}', '2'],
    ['{{if .Empty}}1{{else if .No}}2{{else}}3{{end}}', '3'],
    ['{{if .None}}y{{else}}n{{end}}{{if .List}}y{{end}}', 'ny'],
    ['{{if .Nothing}}y{{else}}n{{end}}{{if .Network}}y{{else}}n{{end}}', 'nn'],
    ['{{if .SSH}}y{{end}}{{if .Memory}}y{{end}}{{if 0}}y{{end}}{{if 0.0}}y{{end}}', 'yy'],
    ['{{if .Labels.none}}y{{else}}n{{end}}', 'n'],
  ],
  range: [
    ['{{range .List}}<{{.}}>{{end}}', '<x><y><z>'],
    ['{{range $e := .List}}{{$e}}{{end}}', 'xyz'],
    ['{{range $i, $e := .List}}{{$i}}{{$e}} {{end}}', '0x 1y 2z '],
    ['{{range $k, $v := .Labels}}{{$k}}={{$v}},{{end}}', 'a=1,b=2,'],
    ['{{range .None}}x{{else}}none{{end}}', 'none'],
    ['{{range .Nothing}}x{{else}}none{{end}}', 'none'],
    ['{{range $i, $e := .List}}{{if eq $i 1}}{{continue}}{{end}}{{$e}}{{end}}', 'xz'],
    ['{{range .List}}{{if eq . "y"}}{{break}}{{end}}{{.}}{{end}}', 'x'],
    [
      '{{range .List}}{{range $.Inner.Ports}}{{if eq . 443}}{{break}}{{end}}{{.}}{{end}}{{.}}{{end}}',
      '80x80y80z',
    ],
    ['{{range 3}}{{.}}{{end}}', '012'],
    ['{{$l := ""}}{{range .List}}{{$l = .}}{{end}}{{$l}}', 'z'],
    ['{{range .List}}{{$.Name}}{{end}}', 'webwebweb'],
  ],
  with: [
    ['{{with .Inner}}{{.Image}}{{end}}', 'debian'],
    ['{{with .Empty}}x{{else}}none{{end}}', 'none'],
    ['{{with .Empty}}x{{else with .Name}}{{.}}{{end}}', 'web'],
    ['{{with .Network}}{{.IPAddresses}}{{else}}down{{end}}', 'down'],
  ],
  'define, template and block': [
    ['{{define "t"}}<{{.}}>{{end}}{{template "t" .Name}}{{template "t" 1}}', '<web><1>'],
    ['{{template "t"}}{{define "t"}}{{.}}{{end}}', '<no value>'],
    ['{{block "b" .Inner}}{{.Image}}{{end}}', 'debian'],
  ],
  'and, or, not': [
    ['{{and .Yes .Empty}}|{{and .Yes .Name}}|{{or .Empty .Name}}|{{or .Empty .No}}', '|web|web|false'],
    ['{{not .Yes}} {{not .Empty}}', 'false true'],
    ['{{and .No (index .List 9)}}', 'false'],
    ['{{or .Yes (index .List 9)}}', 'true'],
    ['{{.Labels.none | or .Empty "d"}}', 'd'],
  ],
  'len, index, slice': [
    ['{{len .List}} {{len .Labels}} {{len "é"}}', '3 2 2'],
    ['{{index .List 0}} {{index .Labels "b"}} {{index .Labels "none"}}|', 'x 2 |'],
    ['{{index .Inner.Ports 1}} {{index "abc" 1}}', '443 98'],
    ['{{slice .List 1 2}} {{slice "abcd" 1 3}} {{slice "abcd" 2}}', '[y] bc cd'],
  ],
  comparisons: [
    ['{{eq 1 1}} {{eq "a" "b"}} {{eq .Count 5 2}} {{ne 1 2}}', 'true false true true'],
    ['{{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge 2 1}}', 'true true false true'],
    ['{{lt "a" "b"}} {{gt 1.5 0.5}}', 'true true'],
    ['{{eq .Nothing nil}} {{eq .Nothing 1}} {{ne .Network nil}}', 'true false false'],
    ['{{gt .Memory 1000}}', 'true'],
  ],
  'print, println, html, js, urlquery': [
    ['{{print 1 2}}|{{print "a" "b"}}|{{print 1 "a" 2 3}}', '1 2|ab|1a2 3'],
    ['{{println "a" 1}}|{{print nil}}', 'a 1\n|<nil>'],
    [`{{html "<a href='x'>&\\""}}`, '&lt;a href=&#39;x&#39;&gt;&amp;&#34;'],
    [`{{js "it's <b>\\n=\\"\\\\"}}`, 'it\\\'s \\u003Cb\\u003E\\u000A\\u003D\\"\\\\'],
    ['{{urlquery "a b&c=d/é!"}}', 'a+b%26c%3Dd%2F%C3%A9%21'],
  ],
  "Docker's functions": [
    [
      '{{json .Labels}} {{json .List}} {{json .Nothing}} {{json "<&>"}}',
      '{"a":"1","b":"2"} ["x","y","z"] null "<&>"',
    ],
    ['{{json .Inner}} {{json .Count}}', '{"Image":"debian","Ports":[80,443]} 2'],
    ['{{join .List ", "}} {{split "a:b" ":"}} {{len (split "a:b:c" ":")}}', 'x, y, z [a b] 3'],
    ['{{lower "AbC"}} {{upper .Name}} {{title "hello wide world"}}', 'abc WEB Hello Wide World'],
    ['{{upper .Memory}}', '512.0 MB'],
  ],
};

for (const [what, rows] of Object.entries(rendered)) {
  for (const [template, text] of rows) {
    test(`template, ${what}: ${JSON.stringify(template)}`, () => assert.equal(render(template), text));
  }
}

/** Template and the end of Go's message. */
const refused: readonly (readonly [string, string])[] = [
  ['{{', 'format:1: unclosed action'],
  ['a\n{{.Name', 'format:2: unclosed action'],
  ['{{}}', 'format:1: missing value for command'],
  ['{{if}}x{{end}}', 'format:1: missing value for if'],
  ['{{if .Yes}}', 'format:1: unexpected EOF'],
  ['{{end}}', 'format:1: unexpected {{end}}'],
  ['{{else}}', 'format:1: unexpected {{else}}'],
  ['{{if .Yes}}{{else}}{{else}}{{end}}', 'format:1: expected end; found {{else}}'],
  ['{{$x}}', 'format:1: undefined variable "$x"'],
  ['{{if .Yes}}{{$x := 1}}{{end}}{{$x}}', 'format:1: undefined variable "$x"'],
  ['{{$x, $y := .List}}', 'format:1: too many declarations in command'],
  ['{{nosuch .}}', 'format:1: function "nosuch" not defined'],
  ['{{.Name | 3}}', 'format:1: non executable command in pipeline stage 2'],
  ['{{.Name | }}', 'format:1: missing value for command'],
  ['{{(.Name}}', 'format:1: unclosed left paren'],
  ['{{.Name)}}', 'format:1: unexpected right paren'],
  ['{{.a-b}}', "format:1: bad character U+002D '-'"],
  ['{{"abc}}', 'format:1: unterminated quoted string'],
  ['{{`abc}}', 'format:1: unterminated raw quoted string'],
  ["{{'ab'}}", 'format:1: bad character syntax: "\'ab\'"'],
  ['{{1x}}', 'format:1: bad number syntax: "1x"'],
  ['{{99999999999999999999}}', 'format:1: bad number syntax: "99999999999999999999"'],
  ['{{break}}', 'format:1: {{break}} outside {{range}}'],
  ['{{/* a', 'format:1: unclosed comment'],
  ['{{/* a */ .}}', 'format:1: comment ends before closing delimiter'],
  ['{{.Name .}}{{1 := 2}}', 'format:1: unexpected ":=" in operand'],
  ['{{nil}}', 'at <nil>: nil is not a command'],
  [
    '{{.Nosuch}}',
    'format:1:2: executing "format" at <.Nosuch>: can\'t evaluate field Nosuch in type *ignite.VM',
  ],
  ['{{.Inner.Nosuch}}', "at <.Inner.Nosuch>: can't evaluate field Nosuch in type ignite.Spec"],
  [
    '{{.Inner.AVeryLongNameIndeed}}',
    "at <.Inner.AVeryLongName...>: can't evaluate field AVeryLongNameIndeed in type ignite.Spec",
  ],
  ['{{.Name.First}}', "can't evaluate field First in type string"],
  ['{{.Nothing.First}}', 'nil pointer evaluating interface {}.First'],
  ['{{.Name 1}}', 'Name has arguments but cannot be invoked as function'],
  ['{{.Labels.a 1}}', 'a is not a method but has arguments'],
  ['{{.GetLabel}}', 'at <.GetLabel>: wrong number of args for GetLabel: want 1 got 0'],
  ['{{.GetLabel 1}}', 'wrong type for value; expected string; got int'],
  ['{{.GetLabel nil}}', 'cannot assign nil to string'],
  ['{{"a" "b"}}', 'can\'t give argument to non-function "a"'],
  ['{{index .List 3}}', 'at <index .List 3>: error calling index: index out of range: 3'],
  ['{{index .Labels 3}}', 'error calling index: value has type int; should be string'],
  ['{{index 3 3}}', "error calling index: can't index item of type int"],
  ['{{index .List "a"}}', 'error calling index: cannot index slice/array with type string'],
  ['{{len 3}}', 'error calling len: len of type int'],
  ['{{len nil}}', 'error calling len: len of nil pointer'],
  ['{{len}}', 'wrong number of args for len: want 1 got 0'],
  ['{{printf}}', 'wrong number of args for printf: want at least 1 got 0'],
  ['{{slice .List 2 1}}', 'error calling slice: invalid slice index: 2 > 1'],
  ['{{eq 1 "a"}}', 'error calling eq: incompatible types for comparison'],
  ['{{eq 1}}', 'error calling eq: missing argument for comparison'],
  ['{{lt .Yes .No}}', 'error calling lt: invalid type for comparison'],
  ['{{lt .List 1}}', 'error calling lt: non-comparable type []string'],
  ['{{call .Name}}', 'error calling call: non-function of type string'],
  ['{{call .Double}}', 'error calling call: wrong number of args: got 0 want 1'],
  ['{{.Double}}', "can't print .Double of type func"],
  ['{{range .Count}}{{end}}{{range .Name}}{{end}}', "range can't iterate over web"],
  ['{{template "none"}}', 'template "none" not defined'],
  ['{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}', 'exceeded maximum template depth (500)'],
  [
    'a\nb {{index .List 7}}',
    'format:2:4: executing "format" at <index .List 7>: error calling index: index out of range: 7',
  ],
];

for (const [template, message] of refused) {
  test(`template: ${JSON.stringify(template)} is refused`, () =>
    assert.throws(
      () => render(template),
      (failure) =>
        failure instanceof TemplateError &&
        (assert.ok(failure.message.endsWith(message), failure.message), true),
    ));
}

test('template: a slip is answered with the name that was meant', () => {
  const meant = (text: string): unknown => {
    try {
      return render(text);
    } catch (failure) {
      return (failure as TemplateError).meant;
    }
  };
  assert.equal(meant('{{.Nmae}}'), 'Name');
  assert.equal(meant('{{.GetNam}}'), 'GetName');
  assert.equal(meant('{{prntf "x"}}'), 'printf');
  assert.equal(meant('{{.Completelyelse}}'), undefined);
});

test('template: text without an action passes through as it is', () => {
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const alphabet = 'ab \n\t}{%"\'`\\$.|é<>-/*'.split('');
  for (let round = 0; round < 2_000; round += 1) {
    const text = Array.from({ length: random(30) }, () => alphabet[random(alphabet.length)]).join('');
    if (!text.includes('{{')) assert.equal(render(text), text);
  }
});

test('template: whatever is written, it is rendered or refused, never a crash', () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const parts = [
    ...'{{ }} . $x .Name .List ( ) | := = , "a" 1 if end else range with - /* */ nil printf break'.split(' '),
    ' ',
    '\n',
  ];
  for (let round = 0; round < 5_000; round += 1) {
    const text = Array.from({ length: random(12) }, () => parts[random(parts.length)]).join(' ');
    try {
      render(`{{${text}}}`);
    } catch (failure) {
      assert.ok(failure instanceof TemplateError, `${text}: ${String(failure)}`);
    }
  }
});

test('template: what was parsed once can be rendered for many', () => {
  const of = parseTemplate('format', '{{$n := .}}{{$n}}');
  assert.deepEqual(['a', 'b'].map(of), ['a', 'b']);
});
