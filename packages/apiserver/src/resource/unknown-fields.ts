import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type JsonSchema, fieldOf, fieldsOf, jsonSchemaOf } from '@ignite/toolkit/schema/json-schema';
import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import type { FieldPath } from './served-resource.ts';

const commonFields: readonly string[] = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];
const metadataFields: readonly string[] = [
  ...['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation'],
  ...['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations'],
  ...['ownerReferences', 'finalizers', 'managedFields'],
];

/** Pure. Returns the paths of the fields of an object that its kind does not know. The status may have any. */
export function unknownFields({ spec, fields = {} }: KindVersion, object: KubeObject): readonly FieldPath[] {
  const described = { ...(spec && { spec }), ...fields };
  return [
    ...Object.keys(object)
      .filter((name) => !commonFields.includes(name) && !Object.hasOwn(fields, name))
      .map((name) => [name]),
    ...Object.keys(object.metadata)
      .filter((name) => !metadataFields.includes(name))
      .map((name) => ['metadata', name]),
    ...Object.entries(described).flatMap(([name, schema]) =>
      unknownIn(object[name], jsonSchemaOf(schema), [name]),
    ),
  ];
}

function unknownIn(value: unknown, schema: JsonSchema, path: FieldPath): readonly FieldPath[] {
  if (typeof value !== 'object' || value === null) return [];
  if (schema.anyOf) return unknownInAnyOf(value, schema.anyOf, path);
  if (Array.isArray(value))
    return value.flatMap((item, at) => unknownIn(item, schema.items ?? {}, [...path, at]));
  return Object.entries(value).flatMap(([name, each]) => unknownInField(name, each, schema, path));
}

function unknownInField(
  name: string,
  value: unknown,
  schema: JsonSchema,
  parent: FieldPath,
): readonly FieldPath[] {
  const path = [...parent, name];
  const field = fieldOf(schema, name);
  if (field) return unknownIn(value, field, path);
  const { additionalProperties: others } = schema;
  if (typeof others === 'object') return unknownIn(value, others, path);
  return others === false || fieldsOf(schema) ? [path] : [];
}

/** The alternative that knows most is the one that is meant. */
function unknownInAnyOf(
  value: object,
  alternatives: readonly JsonSchema[],
  path: FieldPath,
): readonly FieldPath[] {
  const type = Array.isArray(value) ? 'array' : 'object';
  return (
    alternatives
      .filter((each) => !each.enum && (each.type === undefined || each.type === type))
      .map((each) => unknownIn(value, each, path))
      .reduce<readonly FieldPath[] | undefined>(
        (best, each) => (best === undefined || each.length < best.length ? each : best),
        undefined,
      ) ?? []
  );
}

/** Pure. Writes the path of a field as Kubernetes does, such as `spec.ports[0].name`. */
export const fieldText = (path: FieldPath): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');

/** Pure. Returns a value without some of its fields. */
export function withoutFields<T>(value: T, paths: readonly FieldPath[]): T {
  const next = structuredClone(value);
  for (const path of paths) {
    const last = path.at(-1)!;
    let parent: unknown = next;
    for (const key of path.slice(0, -1)) parent = (parent as Record<string | number, unknown>)[key];
    delete (parent as Record<string | number, unknown>)[last];
  }
  return next;
}
