import { type FieldSet, isEmpty, noFields } from './field-set.ts';
import { fieldNameOf } from './path-element.ts';
import { type Schema, partsOf } from './structure.ts';

/**
 * Returns a value without the fields and items of a set, or `undefined` if it had some and has none left. What is
 * atomic stays as it is.
 */
export function withoutFields(value: unknown, set: FieldSet, schema: Schema): unknown {
  const parts = partsOf(value, schema);
  if (parts === undefined || isEmpty(set)) return value;
  const left = parts
    .filter(({ element }) => !set.members.has(element))
    .map((part) => ({
      ...part,
      value: withoutFields(part.value, set.children.get(part.element) ?? noFields, part.schema),
    }))
    .filter(({ value: below }) => below !== undefined);
  if (left.length === 0 && parts.length > 0) return undefined;
  if (Array.isArray(value)) return left.map(({ value: item }) => item);
  return Object.fromEntries(left.map(({ element, value: field }) => [fieldNameOf(element), field]));
}
