import type { StructuralSchema } from '../structural-schema.ts';
import { compiledRules } from './compiled-rule.ts';
import { hasRules } from './has-rules.ts';

/** The characters of all rules of a schema that are checked in a moment, if the object is small and each of them is quick. */
const mostCharacters = 4_096;

/** Tells whether each rule of a schema, and of those below it, is quick to check, however it was written. */
export const hasQuickRules = (schema: StructuralSchema): boolean => rulesLength(schema) <= mostCharacters;

const known = new WeakMap<StructuralSchema, number>();

/** Returns the number of characters of the rules of a schema and of those below it; it is infinite if one is not quick. */
function rulesLength(schema: StructuralSchema): number {
  const before = known.get(schema);
  if (before !== undefined) return before;
  const { properties = {}, items, additionalProperties } = schema;
  const below = [
    ...(items ? [items] : []),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...Object.values(properties),
  ];
  const own = compiledRules(schema).map(({ rule, program, messageProgram }) =>
    program?.isQuick === false || messageProgram?.isQuick === false
      ? Infinity
      : rule.rule.length + (rule.messageExpression ?? '').length,
  );
  const length = [...own, ...below.filter(hasRules).map(rulesLength)].reduce((sum, each) => sum + each, 0);
  known.set(schema, length);
  return length;
}

/** The size of an object all of whose quick rules are checked in a moment. */
const mostSize = 1_000;

/** Tells whether an object has so few values, and so short ones, that quick rules about all of them take no time. */
export const isSmall = (object: unknown): boolean => sizeOf(object, mostSize) < mostSize;

/** Returns the number of the values in a value, itself included, or `most` if there are more. Long texts count as several. */
function sizeOf(value: unknown, most: number): number {
  if (typeof value === 'string') return Math.min(1 + extraSize(value), most);
  if (typeof value !== 'object' || value === null) return 1;
  let size = 1;
  for (const [key, each] of Object.entries(value)) {
    size += extraSize(key);
    if (size >= most) return most;
    size += sizeOf(each, most - size);
  }
  return Math.min(size, most);
}

/** What a text counts beyond one value: functions such as `size` look at each of its characters. */
const extraSize = (text: string): number => Math.floor(text.length / 16);
