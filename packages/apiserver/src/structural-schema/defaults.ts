import { type JsonRecord, fieldOf, isRecord } from './json-record.ts';
import type { StructuralSchema } from './structural-schema.ts';

/**
 * Returns a value with the defaults of its schema filled in. A null where the schema allows none counts as a
 * field that is left out.
 */
export function withDefaults<T>(value: T, schema: StructuralSchema): T {
  return filled(value, schema) as T;
}

function filled(value: unknown, schema: StructuralSchema | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => filledItem(item, schema.items));
  return isRecord(value) ? filledRecord(value, schema) : value;
}

const filledItem = (item: unknown, schema: StructuralSchema | undefined): unknown =>
  filled(isAbsent(item, schema) ? (schema?.default ?? null) : item, schema);

function filledRecord(
  record: JsonRecord,
  { properties = {}, additionalProperties }: StructuralSchema,
): JsonRecord {
  const ofOthers = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const missing = Object.keys(properties).filter((name) => !Object.hasOwn(record, name));
  const entries = [...Object.keys(record), ...missing].map((name) => {
    const schema = fieldOf(properties, name) ?? ofOthers;
    const value = fieldOf(record, name);
    return [name, filled(isAbsent(value, schema) ? schema?.default : value, schema)] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const isAbsent = (value: unknown, schema: StructuralSchema | undefined): boolean =>
  value === undefined || (value === null && schema !== undefined && schema.nullable !== true);
