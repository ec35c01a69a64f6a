import { isDeepStrictEqual } from 'node:util';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { forbiddenValue, invalidValue } from '../field-error.ts';
import type { StructuralSchema } from '../structural-schema.ts';
import { prunedValue } from '../unknown-fields.ts';
import { validationProblems } from '../validation/validate.ts';

/** Returns the defaults of a schema that do not fit the schema themselves. */
export function defaultProblems(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  const { properties = {} } = schema;
  const forbidden = ['apiVersion', 'kind', 'metadata'].filter(
    (name) => properties[name]?.default !== undefined,
  );
  return [
    ...forbidden.map((name) =>
      forbiddenValue(`${path}.properties[${name}].default`, `must not be set in top-level ${name}`),
    ),
    ...problemsAt(schema, path),
  ];
}

function problemsAt(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  const { items, properties = {} } = schema;
  return [
    ...(schema.default === undefined ? [] : ownProblems(schema.default, schema, `${path}.default`)),
    ...(items ? problemsAt(items, `${path}.items`) : []),
    ...Object.entries(properties).flatMap(([name, each]) => problemsAt(each, `${path}.properties[${name}]`)),
  ];
}

function ownProblems(value: unknown, schema: StructuralSchema, path: string): readonly ErrorCause[] {
  return [
    ...(isDeepStrictEqual(prunedValue(value, schema), value)
      ? []
      : [invalidValue(path, value, 'must not have unknown fields')]),
    ...validationProblems(value, schema).map((cause) => ({ ...cause, field: below(path, cause.field) })),
  ];
}

const below = (path: string, field: string): string =>
  field === '' || field === '<nil>' ? path : `${path}.${field}`;
