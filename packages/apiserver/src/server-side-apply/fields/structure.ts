import { type JsonRecord, fieldOf, isRecord } from '../../structural-schema/json-record.ts';
import type { StructuralSchema } from '../../structural-schema/structural-schema.ts';
import { fieldElement, keyElement, valueElement } from './path-element.ts';

/** The schema of a value; without one, maps are divided into their fields, and lists are whole. */
export type Schema = StructuralSchema | undefined;

/** A part of a value that can have a manager of its own. */
export interface Part {
  readonly element: string;
  readonly value: unknown;
  readonly schema: Schema;
  /** Whether the schema names the part, as it names a field of an object but not an entry of a map. */
  readonly isNamed: boolean;
}

/**
 * Returns the parts that a value has by its schema, or `undefined` if it is managed as a whole: a scalar, and
 * whatever is atomic.
 */
export function partsOf(value: unknown, schema: Schema): readonly Part[] | undefined {
  if (Array.isArray(value)) return itemParts(value, schema);
  if (!isDivided(value, schema)) return undefined;
  return Object.entries(value).map(([name, field]) => ({
    element: fieldElement(name),
    value: field,
    schema: schemaOfField(schema, name),
    isNamed: isNamed(schema, name),
  }));
}

/** Tells whether a value is managed as a whole, so that it has no parts. */
export const isWhole = (value: unknown, schema: Schema): boolean =>
  Array.isArray(value) ? elementOfItems(schema) === undefined : !isDivided(value, schema);

const isDivided = (value: unknown, schema: Schema): value is JsonRecord =>
  isRecord(value) && schema?.['x-kubernetes-map-type'] !== 'atomic';

function itemParts(items: readonly unknown[], schema: Schema): readonly Part[] | undefined {
  const element = elementOfItems(schema);
  return (
    element &&
    items.map((value) => ({ element: element(value), value, schema: schema?.items, isNamed: false }))
  );
}

/** Returns how the items of a list are told apart, or `undefined` if they are not. */
function elementOfItems(schema: Schema): ((item: unknown) => string) | undefined {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = [], items } = schema ?? {};
  if (type === 'set') return valueElement;
  if (type !== 'map') return undefined;
  return (item) =>
    keyElement(
      Object.fromEntries(
        keys
          .map((key) => [
            key,
            (isRecord(item) ? item[key] : undefined) ?? fieldOf(items?.properties, key)?.default,
          ])
          .filter(([, value]) => value !== undefined),
      ) as Readonly<Record<string, unknown>>,
    );
}

export const isNamed = (schema: Schema, name: string): boolean =>
  fieldOf(schema?.properties, name) !== undefined;

/** Returns the schema of a field of an object, or of an entry of a map. */
export function schemaOfField(schema: Schema, name: string): Schema {
  const { properties, additionalProperties } = schema ?? {};
  return (
    fieldOf(properties, name) ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  );
}
