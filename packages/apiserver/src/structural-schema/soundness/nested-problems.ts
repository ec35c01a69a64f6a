import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { forbiddenValue, invalidValue } from '../field-error.ts';
import { goRegExp } from '../validation/go-regexp.ts';
import type { StructuralSchema } from '../structural-schema.ts';

/** What a schema below `allOf`, `anyOf`, `oneOf` or `not` may not say, and how it must be instead. */
const forbidden = {
  type: 'empty',
  additionalProperties: 'undefined',
  default: 'undefined',
  title: 'empty',
  description: 'empty',
  nullable: 'false',
  'x-kubernetes-preserve-unknown-fields': 'false',
  'x-kubernetes-embedded-resource': 'false',
  'x-kubernetes-int-or-string': 'false',
  'x-kubernetes-list-map-keys': 'empty',
  'x-kubernetes-list-type': 'undefined',
  'x-kubernetes-map-type': 'undefined',
  'x-kubernetes-validations': 'empty',
} as const satisfies Partial<Record<keyof StructuralSchema, string>>;

/** Returns what a schema says below a junction that only a schema outside of it may say. */
export function nestedProblems(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  const { properties = {}, items, pattern } = schema;
  return [
    ...junctionsOf(schema).flatMap(([at, each]) => nestedProblems(each, `${path}.${at}`)),
    ...(pattern !== undefined && goRegExp(pattern) === undefined
      ? [invalidValue(`${path}.pattern`, pattern, "must be a valid regular expression, but isn't")]
      : []),
    ...(items ? nestedProblems(items, `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, each]) =>
      nestedProblems(each, `${path}.properties[${name}]`),
    ),
    ...Object.entries(forbidden)
      .filter(([name]) => isSaid(schema[name as keyof typeof forbidden]))
      .map(([name, wanted]) => forbiddenValue(`${path}.${name}`, `must be ${wanted} to be structural`)),
    ...(properties['metadata']
      ? [forbiddenValue(`${path}.properties[metadata]`, 'must not be specified in a nested context')]
      : []),
  ];
}

const isSaid = (value: unknown): boolean =>
  value !== undefined && value !== '' && value !== false && !(Array.isArray(value) && value.length === 0);

/** Returns the schemas that the junctions of a schema join, with their paths. */
export function junctionsOf(schema: StructuralSchema): readonly (readonly [string, StructuralSchema])[] {
  const { not } = schema;
  return [
    ...(not ? [['not', not] as const] : []),
    ...(['allOf', 'anyOf', 'oneOf'] as const).flatMap((name) =>
      (schema[name] ?? []).map((each, at) => [`${name}[${at}]`, each] as const),
    ),
  ];
}
