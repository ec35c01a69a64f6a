import { type CelShape, anyShape } from '../../cel/cel-shape.ts';
import type { StructuralSchema } from '../structural-schema.ts';
import { expressionName } from './field-names.ts';

const text: StructuralSchema = { type: 'string' };

/** Returns the schema of a whole object as rules know it: of its metadata, they see the name alone. */
export const ruledResource = (schema: StructuralSchema): StructuralSchema => ({
  ...schema,
  type: 'object',
  properties: {
    ...schema.properties,
    apiVersion: text,
    kind: text,
    metadata: { type: 'object', properties: { name: text, generateName: text } },
  },
});

/** Returns the schema as rules know it. */
export const ruledSchema = (schema: StructuralSchema): StructuralSchema =>
  schema['x-kubernetes-embedded-resource'] === true ? ruledResource(schema) : schema;

/** Returns what rules may do with the values of a schema; undefined if they do not see them. */
export function shapeOfSchema(schema: StructuralSchema): CelShape | undefined {
  const ruled = ruledSchema(schema);
  if (ruled['x-kubernetes-int-or-string'] === true) return anyShape;
  switch (ruled.type ?? '') {
    case 'array': {
      const items = ruled.items && shapeOfSchema(ruled.items);
      return items && { type: 'list', items };
    }
    case 'object':
      return objectShape(ruled);
    case 'string':
      return textShape(ruled.format);
    case 'boolean':
      return { type: 'bool' };
    case 'number':
      return { type: 'double' };
    case 'integer':
      return { type: 'int' };
    default:
      return undefined;
  }
}

function objectShape({ properties = {}, additionalProperties }: StructuralSchema): CelShape | undefined {
  if (typeof additionalProperties === 'object') {
    const values = shapeOfSchema(additionalProperties);
    return values && { type: 'map', values };
  }
  const fields = Object.entries(properties).flatMap(([field, schema]) => {
    const name = expressionName(field);
    const shape = shapeOfSchema(schema);
    return name === undefined || shape === undefined ? [] : [[name, shape] as const];
  });
  return { type: 'object', fields: Object.fromEntries(fields) };
}

function textShape(format = ''): CelShape {
  switch (format) {
    case 'byte':
      return { type: 'bytes' };
    case 'duration':
      return { type: 'duration' };
    case 'date':
    case 'date-time':
      return { type: 'timestamp' };
    default:
      return { type: 'string' };
  }
}
