import type { GenericSchema } from 'valibot';

interface Schema {
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly wrapped?: Schema;
  readonly item?: Schema;
}

/**
 * Pure. Returns the value with the fields of its objects in the order of the schema, and unknown fields last.
 */
export function inSchemaOrder(value: unknown, schema: GenericSchema): unknown {
  return ordered(value, schema as unknown as Schema);
}

function ordered(value: unknown, schema: Schema | undefined): unknown {
  if (schema?.wrapped) return ordered(value, schema.wrapped);
  if (Array.isArray(value)) return value.map((item) => ordered(item, schema?.item));
  if (typeof value !== 'object' || value === null) return value;
  const known = schema?.entries ?? {};
  const names = Object.keys(value);
  return Object.fromEntries(
    [
      ...Object.keys(known).filter((name) => names.includes(name)),
      ...names.filter((name) => !(name in known)),
    ].map((name) => [name, ordered((value as Readonly<Record<string, unknown>>)[name], known[name])]),
  );
}
