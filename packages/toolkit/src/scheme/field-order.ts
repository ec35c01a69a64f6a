import type { GenericSchema } from 'valibot';
import { type JsonSchema, fieldOf, fieldsOf, jsonSchemaOf } from '../schema/json-schema.ts';

/**
 * Pure. Returns the value with the fields of its objects in the order of the schema, and unknown fields last.
 */
export function inSchemaOrder(value: unknown, schema: GenericSchema): unknown {
  return ordered(value, jsonSchemaOf(schema));
}

function ordered(value: unknown, schema: JsonSchema): unknown {
  if (Array.isArray(value)) return value.map((item) => ordered(item, schema.items ?? {}));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const known = Object.keys(fieldsOf(schema) ?? {});
  const names = Object.keys(value);
  return Object.fromEntries(
    [...known.filter((name) => names.includes(name)), ...names.filter((name) => !known.includes(name))].map(
      (name) => [name, ordered(fields[name], fieldOf(schema, name) ?? {})],
    ),
  );
}
