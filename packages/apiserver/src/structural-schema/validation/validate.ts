import { isDeepStrictEqual } from 'node:util';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { invalidValue, requiredValue, tooManyValues, unsupportedValue, wrongType } from '../field-error.ts';
import { hasFormat, isCheckedFormat } from './formats.ts';
import { fieldOf, isRecord } from '../json-record.ts';
import { junctionProblems } from './junctions.ts';
import { numberProblems, textProblems } from './scalar-problems.ts';
import type { StructuralSchema } from '../structural-schema.ts';
import type { ValuePlace } from './value-place.ts';

/** Returns all that is wrong with a value, in the words of Kubernetes. */
export const validationProblems = (value: unknown, schema: StructuralSchema): readonly ErrorCause[] =>
  problemsAt({ value, schema, path: '' });

function problemsAt(place: ValuePlace): readonly ErrorCause[] {
  const { value } = place;
  if (value === null) return [...typeProblems(place), ...enumProblems(place)];
  return [
    ...typeProblems(place),
    ...junctionProblems(place, problemsAt),
    ...(typeof value === 'string' ? textProblems(value, place) : []),
    ...(typeof value === 'number' ? numberProblems(value, place) : []),
    ...(Array.isArray(value) ? listProblems(value, place) : []),
    ...enumProblems(place),
    ...(isRecord(value) ? recordProblems(value, place) : []),
  ];
}

function typeProblems({ value, schema, path }: ValuePlace): readonly ErrorCause[] {
  const types = typesOf(schema);
  const type = typeOf(value);
  const isSound =
    types.length === 0 ||
    types.includes(type) ||
    (type === 'integer' && types.includes('number')) ||
    (value === null && schema.nullable === true);
  if (isSound) return [];
  const wanted = formatInMessage(value, schema) ?? types.join(',');
  return [wrongType(path, type, `${path} in body must be of type ${wanted}: ${JSON.stringify(type)}`)];
}

function typesOf(schema: StructuralSchema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type === undefined || schema.type === '' ? [] : [schema.type];
}

/** Kubernetes names the format instead of the type where a value could have it only as a text. */
function formatInMessage(value: unknown, { format = '' }: StructuralSchema): string | undefined {
  const isOther = value !== null && typeof value !== 'string' && !Array.isArray(value);
  return isOther && isCheckedFormat(format) && !hasFormat('', format) ? format : undefined;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function listProblems(items: readonly unknown[], { schema, path }: ValuePlace): readonly ErrorCause[] {
  const { items: itemSchema, minItems = 0, maxItems = Infinity, uniqueItems = false } = schema;
  const count = items.length;
  const below = itemSchema
    ? items.flatMap((value, at) => problemsAt({ value, schema: itemSchema, path: `${path}[${at}]` }))
    : [];
  return [
    ...below,
    ...(count < minItems
      ? [invalidValue(path, count, `${path} in body should have at least ${minItems} items`)]
      : []),
    ...(count > maxItems ? [tooManyValues(path, count, maxItems)] : []),
    ...(uniqueItems && hasDuplicates(items)
      ? [invalidValue(path, '', `${path} in body shouldn't contain duplicates`)]
      : []),
  ];
}

const hasDuplicates = (items: readonly unknown[]): boolean =>
  items.some((item, at) => items.slice(0, at).some((other) => isDeepStrictEqual(item, other)));

function enumProblems({ value, schema: { enum: values = [] }, path }: ValuePlace): readonly ErrorCause[] {
  const isSound = values.length === 0 || values.some((each) => isDeepStrictEqual(each, value));
  return isSound ? [] : [unsupportedValue(path, value, values)];
}

function recordProblems(
  record: Readonly<Record<string, unknown>>,
  { schema, path }: ValuePlace,
): readonly ErrorCause[] {
  const { required = [] } = schema;
  return [
    ...countProblems(Object.keys(record).length, { schema, path }),
    ...Object.entries(record).flatMap(([name, value]) => fieldProblems(name, { value, schema, path })),
    ...required
      .filter((name) => !Object.hasOwn(record, name))
      .map((name) => requiredValue(childPath(path, name))),
  ];
}

function countProblems(count: number, { schema, path }: Omit<ValuePlace, 'value'>): readonly ErrorCause[] {
  const { minProperties = 0, maxProperties = Infinity } = schema;
  return [
    ...(count < minProperties
      ? [invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`)]
      : []),
    ...(count > maxProperties ? [tooManyValues(path, count, maxProperties)] : []),
  ];
}

function fieldProblems(name: string, { value, schema, path }: ValuePlace): readonly ErrorCause[] {
  const { properties, additionalProperties } = schema;
  const property = fieldOf(properties, name) ?? additionalProperties;
  if (typeof property === 'object')
    return problemsAt({ value, schema: property, path: childPath(path, name) });
  return property === false
    ? [invalidValue(path, name, `${path}.${name} in body is a forbidden property`)]
    : [];
}

const childPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
