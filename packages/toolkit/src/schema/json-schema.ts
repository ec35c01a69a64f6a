import { isDeepStrictEqual } from 'node:util';
import { type ConversionConfig, toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';

/** A JSON Schema, as OpenAPI 3.0 and a CustomResourceDefinition have it, as far as we read it. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** The schema of the values of a map; `false` for an object that has no other fields. */
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  /** True for a value that is a whole number or a text, of which Kubernetes knows by this word alone. */
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly enum?: readonly unknown[];
  /** The rules for a value in a person's words, of which JSON Schema can express only some. */
  readonly 'x-rules'?: readonly string[];
}

const converted = new WeakMap<GenericSchema, JsonSchema>();

/** Returns the JSON Schema of what a schema accepts. */
export function jsonSchemaOf(schema: GenericSchema): JsonSchema {
  const known = converted.get(schema);
  if (known) return known;
  const made = toJsonSchema(schema, conversion) as JsonSchema;
  converted.set(schema, made);
  return made;
}

/** What JSON Schema cannot express, such as a check by a function, remains as the text of its rule. */
const conversion: ConversionConfig = {
  target: 'openapi-3.0',
  errorMode: 'ignore',
  overrideSchema: ({ valibotSchema, jsonSchema }) =>
    intOrString(jsonSchema) ??
    withRule(jsonSchema, 'message' in valibotSchema ? valibotSchema.message : undefined),
  overrideAction: ({ valibotAction, jsonSchema }) => withRule(jsonSchema, ruleOf(valibotAction)),
};

function intOrString<Schema extends { readonly anyOf?: readonly unknown[] | undefined }>(schema: Schema) {
  const { anyOf, ...others } = schema;
  if (!isDeepStrictEqual(anyOf, [{ type: 'string' }, { type: 'number' }])) return undefined;
  return { ...others, 'x-kubernetes-int-or-string': true };
}

function withRule<Schema extends object>(schema: Schema, rule: unknown): Schema | undefined {
  if (typeof rule !== 'string') return undefined;
  const { 'x-rules': rules = [] } = schema as JsonSchema;
  return { ...schema, 'x-rules': [...new Set([...rules, rule])] };
}

interface Action {
  readonly kind: string;
  readonly type: string;
  readonly message?: unknown;
  readonly requirement?: unknown;
}

/** Says what a schema demands in the words of its author, or else in ours. */
function ruleOf({ kind, type, message, requirement }: Action): string | undefined {
  if (typeof message === 'string') return message;
  if (kind !== 'validation') return undefined;
  if (typeof requirement === 'number') return `${words[type] ?? type.replaceAll('_', ' ')} ${requirement}`;
  return words[type];
}

const words: Readonly<Record<string, string>> = {
  min_value: 'at least',
  max_value: 'at most',
  min_length: 'minimum length:',
  max_length: 'maximum length:',
  integer: 'a whole number',
  non_empty: 'not empty',
  ip: 'an IP address',
};

/**
 * Returns the fields of an object by their names: those of the schema itself, or of its items or
 * alternatives.
 */
export function fieldsOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> | undefined {
  if (schema.properties) return schema.properties;
  if (schema.items) return fieldsOf(schema.items);
  const objects = (schema.anyOf ?? []).map(fieldsOf).filter((each) => each !== undefined);
  return objects.length === 0 ? undefined : Object.assign({}, ...objects);
}

/** Returns the schema of one field of an object, or `undefined` if it has no such field. */
export function fieldOf(schema: JsonSchema, name: string): JsonSchema | undefined {
  const fields = fieldsOf(schema) ?? {};
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Tells whether a field must be written: some alternative of the object that has the field requires it. */
export function isRequired(schema: JsonSchema, name: string): boolean {
  if (schema.properties) return schema.required?.includes(name) ?? false;
  if (schema.items) return isRequired(schema.items, name);
  return (schema.anyOf ?? []).some((each) => isRequired(each, name));
}
