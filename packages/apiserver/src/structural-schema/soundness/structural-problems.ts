import { isDeepStrictEqual } from 'node:util';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { completenessProblems } from './completeness-problems.ts';
import { forbiddenValue, invalidValue, requiredValue } from '../field-error.ts';
import { goRegExp } from '../validation/go-regexp.ts';
import { nestedProblems } from './nested-problems.ts';
import type { StructuralSchema } from '../structural-schema.ts';

type Level = 'root' | 'item' | 'field';

/**
 * Returns for what a schema is not structural: the type of each value must be known without a look at `allOf`,
 * `anyOf`, `oneOf` and `not`, which may only restrict it further.
 */
export const structuralProblems = (schema: StructuralSchema, path: string): readonly ErrorCause[] =>
  [...problemsAt(schema, 'root', path), ...completenessProblems(schema, path)].toSorted((a, b) =>
    textOf(a) < textOf(b) ? -1 : 1,
  );

const textOf = ({ field, message }: ErrorCause): string => `${field}: ${message}`;

function problemsAt(schema: StructuralSchema, level: Level, path: string): readonly ErrorCause[] {
  return [
    ...childProblems(schema, level, path),
    ...extensionProblems(schema, path),
    ...restrictionProblems(schema, path),
    ...typeProblems(schema, level, path),
    ...resourceProblems(schema, level, path),
  ];
}

function childProblems(schema: StructuralSchema, level: Level, path: string): readonly ErrorCause[] {
  const { type, items, properties = {}, additionalProperties } = schema;
  return [
    ...(type === 'array' && items === undefined ? [requiredValue(`${path}.items`, 'must be specified')] : []),
    ...(items ? problemsAt(items, 'item', `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      problemsAt(property, 'field', `${path}.properties[${name}]`),
    ),
    ...(additionalProperties !== undefined && level === 'root'
      ? [forbiddenValue(`${path}.additionalProperties`, 'must not be used at the root')]
      : []),
    ...(typeof additionalProperties === 'object'
      ? problemsAt(additionalProperties, 'field', `${path}.additionalProperties`)
      : []),
  ];
}

function extensionProblems(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  if (schema['x-kubernetes-int-or-string'] !== true) return [];
  return (['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
    .filter((name) => schema[name] === true)
    .map((name) =>
      invalidValue(`${path}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true'),
    );
}

/** The one junction that may say a type, since it is that of an integer or text. */
const integerOrText = [{ type: 'integer' }, { type: 'string' }];

function restrictionProblems(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern } = schema;
  const [first, ...others] = allOf;
  const isFirstKnown = isDeepStrictEqual(first?.anyOf, integerOrText);
  const checkedAllOf = first && isFirstKnown ? [{ ...first, anyOf: [] }, ...others] : allOf;
  const checkedAnyOf = isDeepStrictEqual(anyOf, integerOrText) ? [] : anyOf;
  return [
    ...checkedAnyOf.flatMap((each, at) => nestedProblems(each, `${path}.anyOf[${at}]`)),
    ...checkedAllOf.flatMap((each, at) => nestedProblems(each, `${path}.allOf[${at}]`)),
    ...oneOf.flatMap((each, at) => nestedProblems(each, `${path}.oneOf[${at}]`)),
    ...(not ? nestedProblems(not, `${path}.not`) : []),
    ...(pattern !== undefined && goRegExp(pattern) === undefined
      ? [invalidValue(`${path}.pattern`, pattern, "must be a valid regular expression, but isn't")]
      : []),
  ];
}

const untyped: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

function typeProblems(schema: StructuralSchema, level: Level, path: string): readonly ErrorCause[] {
  const { type = '' } = schema;
  const field = `${path}.type`;
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    return [type === '' ? requiredValue(field, detail) : invalidValue(field, type, detail)];
  }
  const mayBeUntyped =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (type === '') return mayBeUntyped ? [] : [requiredValue(field, untyped[level])];
  return level === 'root' && type !== 'object'
    ? [invalidValue(field, type, 'must be object at the root')]
    : [];
}

/** Checks what a schema says of the fields that every object has. */
function resourceProblems(schema: StructuralSchema, level: Level, path: string): readonly ErrorCause[] {
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  if (level !== 'root' && !isEmbedded) return [];
  const { properties = {} } = schema;
  const texts = (['kind', 'apiVersion'] as const).filter(
    (name) => properties[name] && properties[name].type !== 'string',
  );
  return [
    ...texts.map((name) =>
      invalidValue(`${path}.properties[${name}].type`, properties[name]?.type ?? '', 'must be string'),
    ),
    ...(isEmbedded ? embeddedProblems(schema, path) : []),
    ...(properties['metadata']
      ? metadataProblems(properties['metadata'], level, `${path}.properties[metadata]`)
      : []),
  ];
}

function embeddedProblems(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  const { properties = {}, additionalProperties } = schema;
  const needsFields =
    schema['x-kubernetes-preserve-unknown-fields'] !== true && Object.keys(properties).length === 0;
  return [
    ...(additionalProperties === undefined
      ? []
      : [
          forbiddenValue(
            `${path}.additionalProperties`,
            'must not be used if x-kubernetes-embedded-resource is set',
          ),
        ]),
    ...(needsFields
      ? [
          requiredValue(
            `${path}.properties`,
            'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
          ),
        ]
      : []),
  ];
}

/** The metadata of whole objects are known; a definition can restrict the names in them and nothing else. */
function metadataProblems(schema: StructuralSchema, level: Level, path: string): readonly ErrorCause[] {
  const { type = '', properties = {}, default: _checkedElsewhere, ...others } = schema;
  const names = Object.keys(properties).filter((name) => name !== 'name' && name !== 'generateName');
  const isMore = names.length > 0 || Object.keys(others).length > 0;
  return [
    ...(type === 'object' ? [] : [invalidValue(`${path}.type`, type, 'must be object')]),
    ...(level === 'root' && isMore
      ? [
          forbiddenValue(
            path,
            'must not specify anything other than name and generateName, but metadata is implicitly specified',
          ),
        ]
      : []),
  ];
}
