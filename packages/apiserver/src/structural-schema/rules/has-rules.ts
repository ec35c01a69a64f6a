import type { StructuralSchema } from '../structural-schema.ts';

const known = new WeakMap<StructuralSchema, boolean>();

/** Tells whether a schema has rules, or one below it has. */
export function hasRules(schema: StructuralSchema): boolean {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const { properties = {}, items, additionalProperties } = schema;
  const has =
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    (items !== undefined && hasRules(items)) ||
    (typeof additionalProperties === 'object' && hasRules(additionalProperties)) ||
    Object.values(properties).some(hasRules);
  known.set(schema, has);
  return has;
}
