import type { Random } from '../random.ts';
import type { Schema } from './operations.ts';

const words = [
  'a',
  'b',
  'web',
  'home',
  'mint',
  '1Gi',
  '10.0.0.0/8',
  'a.example',
  '/a',
  '2026-01-01T00:00:00Z',
];
const deepest = 6;

/** Returns a value that a schema describes, as far as a type can; patterns and rules may not be kept. */
export function schemaValue(
  schema: Schema,
  schemas: Readonly<Record<string, Schema>>,
  random: Random,
  depth = 0,
): unknown {
  const whole = resolved(schema, schemas);
  const below = (inner: Schema): unknown => schemaValue(inner, schemas, random, depth + 1);
  if (whole.enum && whole.enum.length > 0) return random.pick(whole.enum);
  if (whole['x-kubernetes-int-or-string']) return random.pick([80, '80%', 'http']);
  switch (whole.type) {
    case 'object':
      return objectValue(whole, random, depth, below);
    case 'array':
      return depth > deepest ? [] : Array.from({ length: random.below(3) }, () => below(whole.items ?? {}));
    case 'integer':
    case 'number':
      return numberValue(whole, random);
    case 'boolean':
      return random.once(2);
    case 'string':
      return stringValue(whole, random);
    case undefined:
    default:
      return random.pick([1, 'a', true, { a: 'b' }, ['a']]);
  }
}

function resolved(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const [first = schema] = schema.allOf ?? [];
  const name = first.$ref?.split('/').at(-1);
  return name === undefined ? first : (schemas[name] ?? {});
}

function objectValue(
  { properties = {}, required = [], additionalProperties }: Schema,
  random: Random,
  depth: number,
  below: (inner: Schema) => unknown,
): object {
  const inTimes = depth === 0 ? 1 : 2 + depth;
  const chosen = Object.entries(properties).filter(
    ([name]) => required.includes(name) || (depth <= deepest && random.once(inTimes)),
  );
  const others =
    typeof additionalProperties === 'object'
      ? Array.from({ length: random.below(3) }, () => [random.pick(words), additionalProperties] as const)
      : [];
  return Object.fromEntries([...chosen, ...others].map(([name, inner]) => [name, below(inner)]));
}

const numberValue = ({ minimum = 0, maximum = minimum + 100 }: Schema, random: Random): number =>
  Math.floor(minimum + random.below(Math.max(1, Math.min(maximum - minimum, 1_000) + 1)));

const stringValue = ({ format }: Schema, random: Random): string => {
  if (format === 'date-time') return '2026-01-01T00:00:00Z';
  return format === 'byte' ? 'YQ==' : random.pick(words);
};
