import { type CelShape, anyShape } from '../../cel/cel-shape.ts';
import type { ServedResource } from '../../resource/served-resource.ts';
import { expressionName } from '../../structural-schema/rules/field-names.ts';
import { shapeOfSchema } from '../../structural-schema/rules/schema-shape.ts';
import type { StructuralSchema } from '../../structural-schema/structural-schema.ts';

const text: CelShape = { type: 'string' };

/** Pure. Returns what is known of the objects of a kind before they are there. */
export function shapeOfResource({ schema }: Pick<ServedResource, 'schema'>): CelShape {
  const shape = knownShape({ ...schema, type: 'object' });
  if (shape.type !== 'object') return anyShape;
  return { type: 'object', fields: { ...shape.fields, apiVersion: text, kind: text, metadata: anyShape } };
}

/** Unlike rules of a definition, policies also see the parts of objects of which a schema says nothing. */
function knownShape(schema: StructuralSchema): CelShape {
  const { type, items, properties = {}, additionalProperties } = schema;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true;
  if (isOpen || schema['x-kubernetes-embedded-resource'] === true) return anyShape;
  if (type === 'array') return { type: 'list', items: items ? knownShape(items) : anyShape };
  if (type !== 'object') return shapeOfSchema(schema) ?? anyShape;
  if (typeof additionalProperties === 'object')
    return { type: 'map', values: knownShape(additionalProperties) };
  const fields = Object.entries(properties).flatMap(([field, each]) => {
    const name = expressionName(field);
    return name === undefined ? [] : [[name, knownShape(each)] as const];
  });
  return fields.length === 0 ? anyShape : { type: 'object', fields: Object.fromEntries(fields) };
}
