import { type JsonRecord, fieldOf, isRecord } from './json-record.ts';
import { resourceSchemaOf } from './object-meta.ts';
import type { StructuralSchema } from './structural-schema.ts';

/** Returns an object without the fields that its schema does not have. */
export const pruned = <T extends object>(object: T, schema: StructuralSchema): T =>
  prunedValue(object, resourceSchemaOf(schema)) as T;

/** Returns a value, which need be no whole object, without the fields that its schema does not have. */
export const prunedValue = (value: unknown, schema: StructuralSchema): unknown =>
  withoutUnknown(value, { schema, path: [], report: () => {} });

/** The keys from a field of an object to one below it. */
type FieldPath = readonly (string | number)[];

/** Returns the paths of the fields that a schema does not have. */
export function unknownFields(object: object, schema: StructuralSchema): readonly FieldPath[] {
  const found: FieldPath[] = [];
  withoutUnknown(object, {
    schema: resourceSchemaOf(schema),
    path: [],
    report: (path) => found.push(path),
  });
  return found;
}

interface Place {
  /** Without a schema, nothing is known of the value, so that no field of it stays. */
  readonly schema: StructuralSchema | undefined;
  readonly path: FieldPath;
  readonly report: (path: FieldPath) => void;
}

function withoutUnknown(value: unknown, { schema, path, report }: Place): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown, at) =>
      withoutUnknown(item, { schema: itemsOf(schema), path: [...path, at], report }),
    );
  return isRecord(value) ? recordWithoutUnknown(value, { schema: withMeta(schema), path, report }) : value;
}

/** Items of a list whose unknown fields are preserved may have unknown fields, too. */
const itemsOf = (schema: StructuralSchema | undefined): StructuralSchema | undefined =>
  preserves(schema) ? { ...schema?.items, ...preserving } : schema?.items;

const preserving: StructuralSchema = { 'x-kubernetes-preserve-unknown-fields': true };

const preserves = (schema: StructuralSchema | undefined): boolean =>
  schema?.['x-kubernetes-preserve-unknown-fields'] === true;

const withMeta = (schema: StructuralSchema | undefined): StructuralSchema | undefined =>
  schema?.['x-kubernetes-embedded-resource'] === true ? resourceSchemaOf(schema) : schema;

function recordWithoutUnknown(record: JsonRecord, { schema, path, report }: Place): JsonRecord {
  const kept = Object.entries(record).flatMap(([name, value]) => {
    const at = [...path, name];
    const known = knownField(schema, name);
    if (known) return [[name, withoutUnknown(value, { ...known, path: at, report })]];
    if (preserves(schema)) return [[name, value]];
    report(at);
    return [];
  });
  return Object.fromEntries(kept) as JsonRecord;
}

/** Kubernetes knows nothing of the values of a map that allows any, so that those that are objects are emptied. */
function knownField(schema: StructuralSchema | undefined, name: string): Pick<Place, 'schema'> | undefined {
  const property = fieldOf(schema?.properties, name);
  if (property) return { schema: property };
  const { additionalProperties = false } = schema ?? {};
  if (additionalProperties === false) return undefined;
  return { schema: additionalProperties === true ? undefined : additionalProperties };
}
