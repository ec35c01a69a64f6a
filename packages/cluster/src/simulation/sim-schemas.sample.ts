import { isDeepStrictEqual } from 'node:util';
import type { ValueSchema, ValueSchemas } from '../contract/value-schemas.ts';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** The schemas that simulations need, without rules in expressions. */
export const simSchemas: ValueSchemas = {
  problemsOfSchema: ({ type }) => (types.includes(String(type)) ? [] : [`${String(type)} is no type`]),
  withDefaults: (value, schema) => filled(value, schema),
  problems: (value, schema) => problemsAt('value', value, schema),
};

function filled(value: unknown, schema: ValueSchema): unknown {
  const given = value === undefined ? schema['default'] : value;
  const { items, properties } = schema as Nested;
  if (Array.isArray(given)) return given.map((each) => (items ? filled(each, items) : each));
  if (!isRecord(given)) return given;
  const names = [...new Set([...Object.keys(given), ...Object.keys(properties ?? {})])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const each = filled(given[name], properties?.[name] ?? {});
      return each === undefined ? [] : [[name, each]];
    }),
  );
}

interface Nested {
  readonly type?: string;
  readonly items?: ValueSchema;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly additionalProperties?: ValueSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

function problemsAt(path: string, value: unknown, schema: ValueSchema): readonly string[] {
  const nested = schema as Nested;
  const { enum: values, items, properties = {}, additionalProperties, required = [] } = nested;
  const isOff =
    !isOf(nested.type, value) ||
    (values && !values.some((each) => isDeepStrictEqual(each, value))) ||
    (typeof value === 'number' &&
      (value < (nested.minimum ?? -Infinity) || value > (nested.maximum ?? Infinity))) ||
    (typeof value === 'string' &&
      (value.length < (nested.minLength ?? 0) ||
        value.length > (nested.maxLength ?? Infinity) ||
        (nested.pattern !== undefined && !new RegExp(nested.pattern).test(value))));
  if (isOff) return [`${path} is not as its schema says`];
  if (Array.isArray(value))
    return value.flatMap((each, at) => (items ? problemsAt(`${path}[${at}]`, each, items) : []));
  if (!isRecord(value)) return [];
  return [
    ...required.flatMap((name) => (Object.hasOwn(value, name) ? [] : [`${path}.${name} is missing`])),
    ...Object.entries(value).flatMap(([name, each]) => {
      const found = properties[name] ?? additionalProperties;
      return found ? problemsAt(`${path}.${name}`, each, found) : [];
    }),
  ];
}

function isOf(type: string | undefined, value: unknown): boolean {
  if (type === undefined) return true;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isRecord(value) : typeof value === type;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
