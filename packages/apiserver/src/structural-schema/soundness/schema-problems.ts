import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.ts';
import { listTypeProblems } from './list-type-problems.ts';
import { junctionsOf } from './nested-problems.ts';
import type { StructuralSchema } from '../structural-schema.ts';

/** Returns what a definition may not say in the schema of its kind, although that may be structural. */
export function schemaProblems(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  const { properties = {}, additionalProperties, items } = schema;
  return [
    ...ownProblems(schema, path),
    ...(typeof additionalProperties === 'object'
      ? schemaProblems(additionalProperties, `${path}.additionalProperties`)
      : []),
    ...Object.entries(properties).flatMap(([name, each]) =>
      schemaProblems(each, `${path}.properties[${name}]`),
    ),
    ...junctionsOf(schema).flatMap(([at, each]) => schemaProblems(each, `${path}.${at}`)),
    ...(items ? schemaProblems(items, `${path}.items`) : []),
  ];
}

const ownProblems = (schema: StructuralSchema, path: string): readonly ErrorCause[] => [
  ...typeProblems(schema, path),
  ...mapProblems(schema, path),
  ...(schema.uniqueItems === true
    ? [
        forbiddenValue(
          `${path}.uniqueItems`,
          'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
        ),
      ]
    : []),
  ...(schema['x-kubernetes-preserve-unknown-fields'] === false
    ? [invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined')]
    : []),
  ...listTypeProblems(schema, path),
];

const types = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

function typeProblems({ type = '' }: StructuralSchema, path: string): readonly ErrorCause[] {
  if (type === 'null')
    return [forbiddenValue(`${path}.type`, 'type cannot be set to null, use nullable as an alternative')];
  return type === '' || types.includes(type) ? [] : [unsupportedValue(`${path}.type`, type, types)];
}

function mapProblems(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  const { type = '', properties = {}, additionalProperties, 'x-kubernetes-map-type': mapType } = schema;
  const detail = 'must be object if x-kubernetes-map-type is specified';
  const isBoth =
    Object.keys(properties).length > 0 && additionalProperties !== undefined && additionalProperties !== true;
  return [
    ...(isBoth
      ? [
          forbiddenValue(
            `${path}.additionalProperties`,
            'additionalProperties and properties are mutual exclusive',
          ),
        ]
      : []),
    ...(mapType === undefined || type === 'object' ? [] : [typeMustBe(path, type, detail)]),
    ...(mapType === undefined || mapType === 'atomic' || mapType === 'granular'
      ? []
      : [unsupportedValue(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular'])]),
  ];
}

const typeMustBe = (path: string, type: string, detail: string): ErrorCause =>
  type === '' ? requiredValue(`${path}.type`, detail) : invalidValue(`${path}.type`, type, detail);
