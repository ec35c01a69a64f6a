import { jsonSchemaOf } from '@ignite/toolkit/schema/json-schema';
import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import * as v from 'valibot';
import { type StructuralSchema, structuralSchemaSchema } from '../structural-schema/structural-schema.ts';

const anything: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

/** Conditions are told apart by their types, so that several controllers can apply theirs. */
const statusSchema: StructuralSchema = {
  ...anything,
  properties: {
    conditions: {
      type: 'array',
      items: { ...anything, required: ['type'], properties: { type: { type: 'string' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    },
  },
};

/** Returns the schema of whole objects of a kind that is described in the program. */
export function schemaOfKind(version: KindVersion, hasStatus: boolean): StructuralSchema {
  const { spec, fields = {} } = version;
  const described = { ...(spec && { spec }), ...fields };
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(
        Object.entries(described).map(([name, schema]) => [name, published(jsonSchemaOf(schema))]),
      ),
      ...(hasStatus && { status: statusSchema }),
    },
  };
}

/** Returns what others can read of a schema: maps are open, and rules in words are left out. */
function published(schema: unknown): StructuralSchema {
  const { success, output } = v.safeParse(structuralSchemaSchema, schema);
  return success ? opened(output) : anything;
}

function opened(schema: StructuralSchema): StructuralSchema {
  const { additionalProperties, properties, items, anyOf, ...rest } = schema;
  return {
    ...rest,
    ...(typeof additionalProperties === 'object' && { additionalProperties: opened(additionalProperties) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, opened(each)])),
    }),
    ...(items && { items: opened(items) }),
    ...(anyOf && { anyOf: anyOf.map(opened) }),
  };
}
