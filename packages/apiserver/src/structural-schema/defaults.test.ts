import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDefaults } from './defaults.ts';
import type { StructuralSchema } from './structural-schema.ts';

const one: StructuralSchema = { type: 'integer', default: 1 };
const schema: StructuralSchema = {
  type: 'object',
  properties: {
    one,
    maybe: { ...one, nullable: true },
    plain: { type: 'string' },
    nested: { type: 'object', properties: { one } },
    filled: { type: 'object', properties: { one }, default: {} },
    list: { type: 'array', items: { type: 'object', properties: { one } } },
    numbers: { type: 'array', items: one },
    map: { type: 'object', additionalProperties: { type: 'object', properties: { one }, default: {} } },
  },
};
const always = { one: 1, maybe: 1, filled: { one: 1 } };

const cases: readonly (readonly [string, object, object])[] = [
  ['absent fields are filled in, and a default within a default', {}, always],
  ['what is given stays', { one: 2, maybe: 3, filled: { one: 4 } }, { one: 2, maybe: 3, filled: { one: 4 } }],
  ['a field of an absent object stays absent', { nested: {} }, { ...always, nested: { one: 1 } }],
  ['items of lists are filled in', { list: [{}, { one: 2 }] }, { ...always, list: [{ one: 1 }, { one: 2 }] }],
  [
    'values of maps are filled in',
    { map: { a: {}, b: null } },
    { ...always, map: { a: { one: 1 }, b: { one: 1 } } },
  ],
  ['a null that the schema allows stays', { maybe: null }, { ...always, maybe: null }],
  ['a null that it does not allow is as if absent', { one: null, plain: null }, always],
  ['a null in a list is filled in', { numbers: [null, 2] }, { ...always, numbers: [1, 2] }],
];

for (const [title, given, wanted] of cases)
  test(`withDefaults: ${title}`, () => assert.deepEqual(withDefaults(given, schema), wanted));
