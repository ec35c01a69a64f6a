import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasFormat } from './formats.ts';
import { listProblems } from './list-problems.ts';
import type { StructuralSchema } from '../structural-schema.ts';
import { validationProblems } from './validate.ts';

const object = (properties: Readonly<Record<string, StructuralSchema>>): StructuralSchema => ({
  type: 'object',
  properties,
});

/** A schema of the field `spec.x`, values of that field, and what is wrong with each. */
const table: readonly (readonly [StructuralSchema, unknown, readonly string[]])[] = [
  [{ type: 'integer' }, 1, []],
  [
    { type: 'integer' },
    '1',
    ['spec.x: Invalid value: "string": spec.x in body must be of type integer: "string"'],
  ],
  [
    { type: 'integer' },
    1.5,
    ['spec.x: Invalid value: "number": spec.x in body must be of type integer: "number"'],
  ],
  [{ type: 'number' }, 1, []],
  [
    { type: 'string' },
    null,
    ['spec.x: Invalid value: "null": spec.x in body must be of type string: "null"'],
  ],
  [{ type: 'string', nullable: true }, null, []],
  [{ 'x-kubernetes-int-or-string': true }, '80%', []],
  [
    { 'x-kubernetes-int-or-string': true },
    true,
    ['spec.x: Invalid value: "boolean": spec.x in body must be of type integer,string: "boolean"'],
  ],
  [{ type: 'string', enum: ['a', 'b'] }, 'b', []],
  [{ type: 'string', enum: ['a', 'b'] }, 'c', ['spec.x: Unsupported value: "c": supported values: "a", "b"']],
  [{ type: 'integer', enum: [1, 2] }, 3, ['spec.x: Unsupported value: 3: supported values: "1", "2"']],
  [{ type: 'string', pattern: '^[a-z]+$' }, 'abc', []],
  [
    { type: 'string', pattern: '^[a-z]+$' },
    'A',
    [`spec.x: Invalid value: "A": spec.x in body should match '^[a-z]+$'`],
  ],
  [{ type: 'string', pattern: '(?i)^abc$' }, 'ABC', []],
  [{ type: 'string', maxLength: 2 }, 'äöü', ['spec.x: Too long: may not be more than 2 bytes']],
  [{ type: 'string', maxLength: 2 }, '🌱🌱', []],
  [
    { type: 'string', minLength: 1 },
    '',
    ['spec.x: Invalid value: "": spec.x in body should be at least 1 chars long'],
  ],
  [
    { type: 'string', format: 'ipv4' },
    '1.2.3',
    ['spec.x: Invalid value: "1.2.3": spec.x in body must be of type ipv4: "1.2.3"'],
  ],
  [{ type: 'string', format: 'unheard-of' }, 'x', []],
  [{ type: 'integer', format: 'int32' }, 3, []],
  [
    { type: 'integer', minimum: 1, maximum: 3 },
    4,
    ['spec.x: Invalid value: 4: spec.x in body should be less than or equal to 3'],
  ],
  [
    { type: 'integer', minimum: 1 },
    0,
    ['spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1'],
  ],
  [
    { type: 'number', minimum: 1, exclusiveMinimum: true },
    1,
    ['spec.x: Invalid value: 1: spec.x in body should be greater than 1'],
  ],
  [
    { type: 'number', maximum: 1, exclusiveMaximum: true },
    1,
    ['spec.x: Invalid value: 1: spec.x in body should be less than 1'],
  ],
  [{ type: 'number', multipleOf: 0.1 }, 0.3, []],
  [
    { type: 'integer', multipleOf: 5 },
    7,
    ['spec.x: Invalid value: 7: spec.x in body should be a multiple of 5'],
  ],
  [
    { type: 'array', items: { type: 'string' }, maxItems: 1 },
    ['a', 'b'],
    ['spec.x: Too many: 2: must have at most 1 item'],
  ],
  [
    { type: 'array', items: { type: 'string' }, minItems: 1 },
    [],
    ['spec.x: Invalid value: 0: spec.x in body should have at least 1 items'],
  ],
  [
    { type: 'array', items: { type: 'string' }, uniqueItems: true },
    ['a', 'a'],
    [`spec.x: Invalid value: "": spec.x in body shouldn't contain duplicates`],
  ],
  [
    { type: 'array', items: { type: 'string' } },
    ['a', 2],
    ['spec.x[1]: Invalid value: "integer": spec.x[1] in body must be of type string: "integer"'],
  ],
  [{ type: 'object', required: ['a'] }, {}, ['spec.x.a: Required value']],
  [
    { type: 'object', minProperties: 1 },
    {},
    ['spec.x: Invalid value: 0: spec.x in body should have at least 1 properties'],
  ],
  [{ type: 'object', maxProperties: 1 }, { a: 1, b: 2 }, ['spec.x: Too many: 2: must have at most 1 item']],
  [
    { type: 'object', additionalProperties: { type: 'string' } },
    { a: 1 },
    ['spec.x.a: Invalid value: "integer": spec.x.a in body must be of type string: "integer"'],
  ],
  [
    { type: 'integer', anyOf: [{ maximum: 1 }, { minimum: 5 }] },
    3,
    [
      '<nil>: Invalid value: "": "spec.x" must validate at least one schema (anyOf)',
      'spec.x: Invalid value: 3: spec.x in body should be less than or equal to 1',
    ],
  ],
  [
    { type: 'integer', oneOf: [{ maximum: 5 }, { minimum: 1 }] },
    3,
    [
      '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
  ],
  [
    { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    {},
    [
      '<nil>: Invalid value: "": "spec.x" must validate one and only one schema (oneOf). Found none valid',
      'spec.x.a: Required value',
    ],
  ],
  [
    { type: 'integer', allOf: [{ maximum: 1 }, { minimum: 1 }] },
    3,
    [
      'spec.x: Invalid value: 3: spec.x in body should be less than or equal to 1',
      '<nil>: Invalid value: "": "spec.x" must validate all the schemas (allOf)',
    ],
  ],
  [
    { type: 'string', not: { enum: ['a'] } },
    'a',
    ['<nil>: Invalid value: "": "spec.x" must not validate the schema (not)'],
  ],
];

for (const [schema, value, problems] of table)
  test(`validationProblems: ${JSON.stringify(value)} as ${JSON.stringify(schema)}`, () => {
    const causes = validationProblems({ spec: { x: value } }, object({ spec: object({ x: schema }) }));
    assert.deepEqual(
      causes.map(({ field, message }) => `${field}: ${message}`),
      problems,
    );
  });

test('validationProblems: a pattern cannot be made to take long', () => {
  const schema: StructuralSchema = { type: 'string', pattern: '^(a+)+$' };
  assert.equal(validationProblems(`${'a'.repeat(50_000)}!`, schema).length, 1);
});

test('listProblems: items of sets and of lists with keys are there once', () => {
  const set: StructuralSchema = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
  const map: StructuralSchema = {
    type: 'array',
    items: { ...object({ name: { type: 'string' }, port: { type: 'integer' }, tags: set }) },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name', 'port'],
  };
  const value = {
    set: ['a', 'b', 'a', 'a'],
    map: [
      { name: 'x', port: 1, tags: ['t', 't'] },
      { name: 'x', port: 2 },
      { port: 1, name: 'x' },
    ],
    ports: { web: ['a', 'a'] },
    odd: [1],
  };
  const causes = listProblems(
    value,
    object({ set, map, ports: { type: 'object', additionalProperties: set }, odd: map }),
  );
  assert.deepEqual(
    causes.map(({ field, message }) => `${field}: ${message}`),
    [
      'set[2]: Duplicate value: "a"',
      'map[2]: Duplicate value: {"name":"x","port":1}',
      'map[0].tags[1]: Duplicate value: "t"',
      'ports[web][1]: Duplicate value: "a"',
      'odd[0]: Invalid value: 1: must be an object for an array of list-type map',
    ],
  );
});

const formats: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  'date-time': [
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.5+02:00'],
    ['2026-01-01', '2026-02-30T00:00:00Z'],
  ],
  date: [['2026-01-31'], ['2026-02-31', '26-01-01']],
  duration: [
    ['1h30m', '5s', '22 ns', '3 days', '0'],
    // A search for a unit after each of so many digits would take minutes.
    ['soon', '', `${'1'.repeat(500_000)}x`, `x${'1'.repeat(500_000)}`],
  ],
  uri: [
    ['https://example.org/a?b', '/path', 'urn:a:b'],
    ['example', 'a b'],
  ],
  email: [['a@example.org', 'A <a@example.org>'], ['a']],
  hostname: [
    ['web', 'web.example.org'],
    ['-a.example.org', 'a..b'],
  ],
  ipv6: [['::1'], ['1.2.3.4']],
  cidr: [
    ['10.0.0.0/8', 'fd00::/64'],
    ['10.0.0.0', '10.0.0.0/33'],
  ],
  mac: [['00:00:5e:00:53:01', '0000.5e00.5301'], ['00:00']],
  uuid: [['7d444840-9dc0-11d1-b245-5ffdce74fad2'], ['7d444840']],
  byte: [['aGk='], ['!']],
  isbn: [['0321751043', '978-0321751041'], ['0321751044']],
  creditcard: [['4111 1111 1111 1111'], ['4111 1111 1111 1112']],
  rgbcolor: [['rgb(255, 0, 10)'], ['rgb(256,0,0)']],
  'k8s-short-name': [['web-1'], ['Web', 'a.b']],
};

for (const [format, [sound, wrong]] of Object.entries(formats))
  test(`hasFormat: ${format}`, () => {
    assert.deepEqual(
      [...sound, ...wrong].filter((text) => hasFormat(text, format)),
      sound,
    );
  });
