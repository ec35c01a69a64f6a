import type { StructuralSchema } from '../structural-schema/structural-schema.ts';

/** A schema as OpenAPI v2 can say it. */
export type V2Schema = Omit<
  StructuralSchema,
  | 'properties'
  | 'additionalProperties'
  | 'items'
  | 'anyOf'
  | 'oneOf'
  | 'not'
  | 'allOf'
  | 'nullable'
  | 'default'
> & {
  readonly properties?: Readonly<Record<string, V2Schema>>;
  readonly additionalProperties?: boolean | V2Schema;
  readonly items?: V2Schema;
};

/**
 * Returns a schema without what OpenAPI v2 does not have. Clients that check objects by it accept a little more
 * than the server: where a schema is open or allows null or several types, they check nothing.
 */
export function schemaForV2(schema: StructuralSchema): V2Schema {
  const { properties, additionalProperties, items, ...others } = schema;
  const { anyOf: _any, oneOf: _one, not: _not, allOf: _all, nullable, default: _default, ...rest } = others;
  const { type, ...untyped } = rest;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (nullable === true || schema['x-kubernetes-int-or-string'] === true) return untyped;
  if (isOpen) return untyped;
  return {
    ...untyped,
    ...(type !== undefined && { type }),
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, each]) => [name, schemaForV2(each)]),
      ),
    }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? schemaForV2(additionalProperties) : additionalProperties,
    }),
    ...(items && { items: schemaForV2(items) }),
  };
}
