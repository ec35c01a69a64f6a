import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../field-error.ts';
import { fieldOf } from '../json-record.ts';
import type { StructuralSchema } from '../structural-schema.ts';

/** Returns what is wrong with how a schema says that the items of a list are told apart. */
export function listTypeProblems(schema: StructuralSchema, path: string): readonly ErrorCause[] {
  const { type = '', 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  if (listType === undefined)
    return keys.length === 0
      ? []
      : [
          requiredValue(
            `${path}.x-kubernetes-list-type`,
            'must be map if x-kubernetes-list-map-keys is non-empty',
          ),
        ];
  const detail = 'must be array if x-kubernetes-list-type is specified';
  return [
    ...(type === 'array'
      ? []
      : [type === '' ? requiredValue(`${path}.type`, detail) : invalidValue(`${path}.type`, type, detail)]),
    ...(['atomic', 'set', 'map'].includes(listType)
      ? []
      : [unsupportedValue(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map'])]),
    ...(keys.length > 0 && listType !== 'map'
      ? [
          invalidValue(
            `${path}.x-kubernetes-list-type`,
            listType,
            'must be map if x-kubernetes-list-map-keys is non-empty',
          ),
        ]
      : []),
    ...(listType === 'set' ? setProblems(schema, path) : []),
    ...(listType === 'map' ? mapProblems(schema, keys, path) : []),
  ];
}

function setProblems({ items }: StructuralSchema, path: string): readonly ErrorCause[] {
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const { 'x-kubernetes-list-type': listType = 'atomic', 'x-kubernetes-map-type': mapType } = items ?? {};
  return [
    ...(items?.type === 'array' && listType !== 'atomic'
      ? [invalidValue(`${path}.items.x-kubernetes-list-type`, listType, detail)]
      : []),
    ...(items?.type === 'object' && mapType !== 'atomic'
      ? [invalidValue(`${path}.items.x-kubernetes-map-type`, mapType ?? null, detail)]
      : []),
    ...nullableProblems(items, 'set', path),
  ];
}

const nullableProblems = (
  items: StructuralSchema | undefined,
  listType: string,
  path: string,
): readonly ErrorCause[] =>
  items?.nullable === true
    ? [
        forbiddenValue(
          `${path}.items.nullable`,
          `cannot be nullable when x-kubernetes-list-type is ${listType}`,
        ),
      ]
    : [];

function mapProblems(
  { items }: StructuralSchema,
  keys: readonly string[],
  path: string,
): readonly ErrorCause[] {
  const keysField = `${path}.x-kubernetes-list-map-keys`;
  if (items === undefined)
    return [requiredValue(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  return [
    ...(keys.length === 0
      ? [requiredValue(keysField, 'must not be empty if x-kubernetes-list-type is map')]
      : []),
    ...(new Set(keys).size < keys.length
      ? [invalidValue(keysField, keys, 'must not contain duplicate entries')]
      : []),
    ...nullableProblems(items, 'map', path),
    ...(items.type === 'object'
      ? keys.flatMap((key) => keyProblems(key, items, path, keys))
      : [
          invalidValue(
            `${path}.items.type`,
            items.type ?? '',
            "must be object if parent array's x-kubernetes-list-type is map",
          ),
        ]),
  ];
}

function keyProblems(
  key: string,
  items: StructuralSchema,
  path: string,
  keys: readonly string[],
): readonly ErrorCause[] {
  const property = fieldOf(items.properties, key);
  if (property === undefined)
    return [
      invalidValue(
        `${path}.x-kubernetes-list-map-keys`,
        keys,
        'entries must all be names of item properties',
      ),
    ];
  const field = `${path}.items.properties[${key}]`;
  const isSure = items.required?.includes(key) === true || property.default !== undefined;
  const isScalar = property.type !== 'array' && property.type !== 'object';
  return [
    ...(isScalar
      ? []
      : [
          invalidValue(
            `${field}.type`,
            property.type,
            "must be a scalar type if parent array's x-kubernetes-list-type is map",
          ),
        ]),
    ...(isSure
      ? []
      : [
          requiredValue(
            `${field}.default`,
            'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
          ),
        ]),
    ...(property.nullable === true
      ? [
          forbiddenValue(
            `${field}.nullable`,
            'this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
          ),
        ]
      : []),
  ];
}
