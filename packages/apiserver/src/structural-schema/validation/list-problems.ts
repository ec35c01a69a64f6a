import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { duplicateValue, invalidValue } from '../field-error.ts';
import { type JsonRecord, fieldOf, isRecord } from '../json-record.ts';
import type { StructuralSchema } from '../structural-schema.ts';

/** Returns the items that are twice in lists where the schema allows each only once: sets and lists with keys. */
export function listProblems(value: unknown, schema: StructuralSchema, path = ''): readonly ErrorCause[] {
  if (Array.isArray(value)) return problemsOfList(value, schema, path);
  if (!isRecord(value)) return [];
  const { properties, additionalProperties } = schema;
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  return Object.entries(value).flatMap(([name, each]) => {
    const property = fieldOf(properties, name);
    if (property) return listProblems(each, property, path === '' ? name : `${path}.${name}`);
    return others ? listProblems(each, others, `${path}[${name}]`) : [];
  });
}

function problemsOfList(
  items: readonly unknown[],
  schema: StructuralSchema,
  path: string,
): readonly ErrorCause[] {
  const { items: itemSchema } = schema;
  return [
    ...ownProblems(items, schema, path),
    ...(itemSchema ? items.flatMap((item, at) => listProblems(item, itemSchema, `${path}[${at}]`)) : []),
  ];
}

function ownProblems(
  items: readonly unknown[],
  schema: StructuralSchema,
  path: string,
): readonly ErrorCause[] {
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  if (listType === 'set') return duplicatesIn(items, path);
  return listType === 'map' ? mapProblems(items, keys, path) : [];
}

function mapProblems(
  items: readonly unknown[],
  keys: readonly string[],
  path: string,
): readonly ErrorCause[] {
  const odd = items.findIndex((item) => item !== null && !isRecord(item));
  if (odd !== -1)
    return [invalidValue(`${path}[${odd}]`, items[odd], 'must be an object for an array of list-type map')];
  return duplicatesIn(
    items.map((item) => keyOf(isRecord(item) ? item : {}, keys)),
    path,
  );
}

const keyOf = (item: JsonRecord, keys: readonly string[]): JsonRecord =>
  Object.fromEntries(keys.filter((key) => Object.hasOwn(item, key)).map((key) => [key, item[key]]));

/** Names each value that is there several times once, where it appears for the second time. */
function duplicatesIn(values: readonly unknown[], path: string): readonly ErrorCause[] {
  const counts = new Map<string, number>();
  return values.flatMap((value, at) => {
    const text = canonical(value);
    const count = (counts.get(text) ?? 0) + 1;
    counts.set(text, count);
    return count === 2 ? [duplicateValue(`${path}[${at}]`, value)] : [];
  });
}

/** Returns the same text for values that differ only in the order of their fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isRecord(each) ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}
