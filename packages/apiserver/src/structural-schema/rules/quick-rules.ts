import type { StructuralSchema } from '../structural-schema.ts';
import { compiledRules } from './compiled-rule.ts';
import { hasRules } from './has-rules.ts';

const known = new WeakMap<StructuralSchema, boolean>();

/** Tells whether each rule of a schema, and of those below it, is quick to check, however it was written. */
export function hasQuickRules(schema: StructuralSchema): boolean {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const { properties = {}, items, additionalProperties } = schema;
  const below = [
    ...(items ? [items] : []),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...Object.values(properties),
  ];
  const isQuick =
    compiledRules(schema).every(
      ({ program, messageProgram }) => program?.isQuick !== false && messageProgram?.isQuick !== false,
    ) && below.filter(hasRules).every(hasQuickRules);
  known.set(schema, isQuick);
  return isQuick;
}

/** The values, in records and lists too, of an object all of whose quick rules are checked within milliseconds. */
const mostValues = 1_000;

/** Tells whether an object has so few values that quick rules about all of them take no time. */
export const isSmall = (object: unknown): boolean => valuesIn(object, mostValues) < mostValues;

/** Returns the number of the values in a value, itself included, or `most` if there are more. */
function valuesIn(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const each of Object.values(value)) {
    if (count >= most) return most;
    count += valuesIn(each, most - count);
  }
  return Math.min(count, most);
}
