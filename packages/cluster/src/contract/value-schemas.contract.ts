import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ValueSchema, ValueSchemas } from './value-schemas.ts';

/** What every implementation of `ValueSchemas` must do. */
export function describeValueSchemas(name: string, schemas: ValueSchemas): void {
  describe(`ValueSchemas: ${name}`, () => {
    const disks: ValueSchema = {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, size: { type: 'integer', default: 10, minimum: 1 } },
      },
    };
    const valid: readonly (readonly [unknown, ValueSchema])[] = [
      ['a', { type: 'string', enum: ['a', 'b'] }],
      [3, { type: 'integer', minimum: 1, maximum: 3 }],
      [true, { type: 'boolean' }],
      [[{ name: 'data', size: 5 }], disks],
      ['web-1', { type: 'string', pattern: '^web-', minLength: 2, maxLength: 5 }],
      [{ any: 'key' }, { type: 'object', additionalProperties: { type: 'string' } }],
    ];
    for (const [value, schema] of valid)
      test(`${JSON.stringify(value)} is as ${JSON.stringify(schema)} says`, () => {
        assert.deepEqual(schemas.problemsOfSchema(schema), []);
        assert.deepEqual(schemas.problems(value, schema), []);
      });
    const invalid: readonly (readonly [unknown, ValueSchema])[] = [
      ['c', { type: 'string', enum: ['a', 'b'] }],
      ['3', { type: 'integer' }],
      [4, { type: 'integer', maximum: 3 }],
      [0, { type: 'integer', minimum: 1 }],
      [[{ size: 5 }], disks],
      [[{ name: 'data', size: 0 }], disks],
      ['db-1', { type: 'string', pattern: '^web-' }],
      ['web-12', { type: 'string', maxLength: 5 }],
      [{ any: 1 }, { type: 'object', additionalProperties: { type: 'string' } }],
    ];
    for (const [value, schema] of invalid)
      test(`${JSON.stringify(value)} is not as ${JSON.stringify(schema)} says`, () => {
        assert.notDeepEqual(schemas.problems(value, schema), []);
      });

    test('defaults are filled in, at any depth', () => {
      assert.equal(schemas.withDefaults(undefined, { type: 'string', default: 'x' }), 'x');
      assert.equal(schemas.withDefaults('y', { type: 'string', default: 'x' }), 'y');
      assert.equal(schemas.withDefaults(undefined, { type: 'string' }), undefined);
      assert.deepEqual(schemas.withDefaults([{ name: 'a' }], disks), [{ name: 'a', size: 10 }]);
    });

    test('a schema of a type that is none is refused', () => {
      assert.notDeepEqual(schemas.problemsOfSchema({ type: 'word' }), []);
    });
  });
}
