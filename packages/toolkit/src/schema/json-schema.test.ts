import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { described } from './described.ts';
import { fieldOf, fieldsOf, isRequired, jsonSchemaOf } from './json-schema.ts';

const bed = jsonSchemaOf(
  v.strictObject({
    plant: described('What grows there.', v.pipe(v.string(), v.nonEmpty())),
    litres: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 5),
    even: v.optional(
      v.pipe(
        v.number(),
        v.check((count) => count % 2 === 0, 'must be even'),
      ),
    ),
    labels: v.optional(v.record(v.string(), v.string())),
    neighbours: v.optional(
      v.array(
        v.union([v.strictObject({ bed: v.string() }), v.strictObject({ path: v.optional(v.string()) })]),
      ),
    ),
  }),
);

test('jsonSchemaOf: types, descriptions, defaults and what must be written', () => {
  const { type, required, additionalProperties, properties = {} } = bed;
  assert.deepEqual([type, required, additionalProperties], ['object', ['plant'], false]);
  assert.equal(properties['plant']?.description, 'What grows there.');
  assert.equal(properties['litres']?.default, 5);
  assert.deepEqual(properties['labels']?.additionalProperties, { type: 'string' });
});

test('jsonSchemaOf: every rule is there in words, also what JSON Schema cannot express', () => {
  assert.deepEqual(bed.properties?.['litres']?.['x-rules'], ['a whole number', 'at least 1']);
  assert.deepEqual(bed.properties?.['even']?.['x-rules'], ['must be even']);
});

test('fieldsOf: the fields of lists and alternatives are those of their objects', () => {
  const neighbours = fieldOf(bed, 'neighbours')!;
  assert.deepEqual(Object.keys(fieldsOf(neighbours) ?? {}), ['bed', 'path']);
  assert.deepEqual([isRequired(neighbours, 'bed'), isRequired(neighbours, 'path')], [true, false]);
  assert.equal(fieldsOf(fieldOf(bed, 'plant')!), undefined);
  assert.equal(fieldOf(bed, 'constructor'), undefined);
});
