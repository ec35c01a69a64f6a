import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { defaultProblems } from './default-problems.ts';
import { schemaProblems } from './schema-problems.ts';
import { structuralProblems } from './structural-problems.ts';
import type { StructuralSchema } from '../structural-schema.ts';

const texts = (causes: readonly ErrorCause[]): readonly string[] =>
  causes.map(({ field, message }) => `${field}: ${message}`);

const object = (properties: Readonly<Record<string, StructuralSchema>>): StructuralSchema => ({
  type: 'object',
  properties,
});

const structural: readonly StructuralSchema[] = [
  object({ spec: object({ replicas: { type: 'integer' } }), metadata: { type: 'object' } }),
  object({ port: { 'x-kubernetes-int-or-string': true } }),
  object({ port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] } }),
  object({
    port: {
      'x-kubernetes-int-or-string': true,
      allOf: [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, { maximum: 5 }],
    },
  }),
  object({ any: { 'x-kubernetes-preserve-unknown-fields': true } }),
  object({
    template: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    },
  }),
  object({ metadata: object({ name: { type: 'string', pattern: '^a' } }) }),
  {
    ...object({ a: object({ b: { type: 'string' } }) }),
    anyOf: [{ properties: { a: { required: ['b'] } } }],
  },
];

for (const [at, schema] of structural.entries())
  test(`structuralProblems: schema ${at} is structural`, () => {
    assert.deepEqual(texts(structuralProblems(schema, 's')), []);
    assert.deepEqual(texts(schemaProblems(schema, 's')), []);
  });

const untyped = 'Required value: must not be empty for specified object fields';

const notStructural: readonly (readonly [StructuralSchema, readonly string[]])[] = [
  [{}, ['s.type: Required value: must not be empty at the root']],
  [{ type: 'string' }, ['s.type: Invalid value: "string": must be object at the root']],
  [object({ spec: {} }), [`s.properties[spec].type: ${untyped}`]],
  [object({ list: { type: 'array' } }), ['s.properties[list].items: Required value: must be specified']],
  [
    object({ list: { type: 'array', items: {} } }),
    ['s.properties[list].items.type: Required value: must not be empty for specified array items'],
  ],
  [
    { type: 'object', additionalProperties: { type: 'string' } },
    ['s.additionalProperties: Forbidden: must not be used at the root'],
  ],
  [
    object({ a: { type: 'string', anyOf: [{ type: 'string', default: 'x', nullable: true }] } }),
    [
      's.properties[a].anyOf[0].default: Forbidden: must be undefined to be structural',
      's.properties[a].anyOf[0].nullable: Forbidden: must be false to be structural',
      's.properties[a].anyOf[0].type: Forbidden: must be empty to be structural',
    ],
  ],
  [
    { ...object({ a: { type: 'string' } }), oneOf: [{ properties: { b: { minLength: 1 } } }] },
    ['s.properties[b]: Required value: because it is defined in s.oneOf[0].properties[b]'],
  ],
  [
    { ...object({ a: { type: 'string' } }), not: { properties: { metadata: {}, a: { items: {} } } } },
    [
      's.not.properties[metadata]: Forbidden: must not be specified in a nested context',
      's.properties[a].items: Required value: because it is defined in s.not.properties[a].items',
      's.properties[metadata]: Required value: because it is defined in s.not.properties[metadata]',
    ],
  ],
  [
    object({ metadata: object({ labels: { type: 'object' } }), kind: { type: 'integer' } }),
    [
      's.properties[kind].type: Invalid value: "integer": must be string',
      's.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
  ],
  [
    object({ a: { type: 'string', 'x-kubernetes-embedded-resource': true } }),
    [
      's.properties[a].properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      's.properties[a].type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true',
    ],
  ],
  [
    object({ a: { 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true } }),
    [
      's.properties[a].x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true',
    ],
  ],
  [
    object({ a: { type: 'string', pattern: '(' } }),
    [`s.properties[a].pattern: Invalid value: "(": must be a valid regular expression, but isn't`],
  ],
];

for (const [at, [schema, problems]] of notStructural.entries())
  test(`structuralProblems: schema ${at} is not structural, and says why`, () =>
    assert.deepEqual(texts(structuralProblems(schema, 's')), problems));

const list = (rest: StructuralSchema): StructuralSchema => object({ l: { type: 'array', ...rest } });
const map = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] } as const;

const refused: readonly (readonly [StructuralSchema, readonly string[]])[] = [
  [
    list({ ...map, items: object({ k: { type: 'string' } }) }),
    [
      's.properties[l].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
    ],
  ],
  [
    list({ ...map, items: { type: 'object', properties: {} } }),
    [
      's.properties[l].x-kubernetes-list-map-keys: Invalid value: ["k"]: entries must all be names of item properties',
    ],
  ],
  [
    list({ ...map, items: { type: 'string' } }),
    [
      `s.properties[l].items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
    ],
  ],
  [
    list({ 'x-kubernetes-list-map-keys': ['k'], items: { type: 'string' } }),
    [
      's.properties[l].x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty',
    ],
  ],
  [
    list({ 'x-kubernetes-list-type': 'set', items: { type: 'object', properties: {} } }),
    [
      's.properties[l].items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    list({ 'x-kubernetes-list-type': 'bag', items: { type: 'string' }, uniqueItems: true }),
    [
      's.properties[l].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      's.properties[l].x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"',
    ],
  ],
  [
    object({ a: { ...object({ b: { type: 'text' } }), additionalProperties: { type: 'string' } } }),
    [
      's.properties[a].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
      's.properties[a].properties[b].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "null", "number", "object", "string"',
    ],
  ],
];

for (const [at, [schema, problems]] of refused.entries())
  test(`schemaProblems: schema ${at} says what a definition may not say`, () =>
    assert.deepEqual(texts(schemaProblems(schema, 's')), problems));

test('defaultProblems: defaults must fit their own schema, have no unknown fields, and stay out of metadata', () => {
  const schema = object({
    kind: { type: 'string', default: 'Pot' },
    size: { type: 'integer', default: 'big' },
    plant: { ...object({ name: { type: 'string' } }), default: { name: 'mint', nmae: 1 } },
  });
  assert.deepEqual(texts(defaultProblems(schema, 's')), [
    's.properties[kind].default: Forbidden: must not be set in top-level kind',
    's.properties[size].default: Invalid value: "string":  in body must be of type integer: "string"',
    's.properties[plant].default: Invalid value: {"name":"mint","nmae":1}: must not have unknown fields',
  ]);
});
