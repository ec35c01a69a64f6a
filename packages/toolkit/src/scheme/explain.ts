import * as v from 'valibot';
import { type JsonSchema, fieldOf, fieldsOf, isRequired, jsonSchemaOf } from '../schema/json-schema.ts';
import type { KindVersion } from './kind.ts';

export interface FieldExplanation {
  readonly name: string;
  /** The type, such as `string`, `number`, `list of objects` or `"tcp" | "udp"`. */
  readonly type: string;
  readonly isRequired: boolean;
  readonly default?: unknown;
  readonly description: string;
  /** The further rules of the field, in the schema's words. */
  readonly rules: readonly string[];
}

/**
 * Pure. Returns the schema of what people fill in, and what that part of the object is called. For most kinds it
 * is the spec; those with further fields, like Secrets, are described as a whole.
 */
export function explainedPart({ kind, spec = v.unknown(), fields }: KindVersion): {
  readonly schema: v.GenericSchema;
  readonly root: string;
} {
  if (!fields) return { schema: spec, root: 'spec' };
  return { schema: v.strictObject<v.ObjectEntries>(fields), root: kind.toLowerCase() };
}

/**
 * Returns the fields at `path` below what a schema describes, or `undefined` if there are none. They are read
 * from the same schema that checks manifests.
 */
export function explainFields(
  schema: v.GenericSchema,
  path: readonly string[],
): readonly FieldExplanation[] | undefined {
  let at: JsonSchema | undefined = jsonSchemaOf(schema);
  for (const name of path) at = at && fieldOf(at, name);
  const parent = at;
  const fields = parent && fieldsOf(parent);
  return (
    fields &&
    Object.entries(fields).map(([name, field]) => explainField(name, field, isRequired(parent, name)))
  );
}

const explainField = (name: string, field: JsonSchema, required: boolean): FieldExplanation => ({
  name,
  type: typeText(field),
  isRequired: required,
  ...(field.default !== undefined && { default: field.default }),
  description: field.description ?? '',
  rules: field['x-rules'] ?? [],
});

function typeText({ type, enum: values, anyOf, items, additionalProperties, ...more }: JsonSchema): string {
  if (more['x-kubernetes-int-or-string']) return 'string or number';
  if (values) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (anyOf) return anyOf.map(typeText).join(' or ');
  if (items) return `list of ${typeText(items)}s`;
  if (typeof additionalProperties === 'object') return `map of ${typeText(additionalProperties)}s`;
  return type === 'integer' ? 'number' : (type ?? 'any');
}
