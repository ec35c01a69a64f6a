import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import {
  duplicateValue,
  invalidValue,
  requiredValue,
  tooManyValues,
} from '../../structural-schema/field-error.ts';
import { fieldOf } from '../../structural-schema/json-record.ts';
import type { StructuralSchema } from '../../structural-schema/structural-schema.ts';
import type { DefinitionVersion } from './definition.ts';

type SelectableFields = NonNullable<DefinitionVersion['selectableFields']>;

const mostFields = 8;
const selectableTypes = ['string', 'boolean', 'integer'];

/** Returns the fields that selectors may name, such as `spec.color`. */
export const selectableFieldNames = ({ selectableFields = [] }: DefinitionVersion): readonly string[] =>
  selectableFields.map(({ jsonPath }) => jsonPath.replace(/^\./, ''));

/** Returns what is wrong with the fields that selectors may name, given the path to them. */
export function selectableFieldProblems(
  fields: SelectableFields,
  schema: StructuralSchema,
  path: string,
): readonly ErrorCause[] {
  const paths = fields.map(({ jsonPath }) => jsonPath);
  const count = new Set(paths).size;
  return [
    ...paths.flatMap((jsonPath, at) => {
      const field = `${path}[${at}].jsonPath`;
      const isAgain = paths.indexOf(jsonPath) < at;
      return [
        ...fieldProblems(jsonPath, schema, field),
        ...(isAgain && jsonPath !== '' ? [duplicateValue(field, jsonPath)] : []),
      ];
    }),
    ...(count > mostFields ? [tooManyValues(path, count, mostFields)] : []),
  ];
}

function fieldProblems(jsonPath: string, schema: StructuralSchema, field: string): readonly ErrorCause[] {
  if (jsonPath === '') return [requiredValue(field)];
  const [first, ...names] = jsonPath.split('.');
  if (first !== '' || names.includes('')) return [invalidValue(field, jsonPath, 'is an invalid path')];
  if (names[0] === 'metadata') return [invalidValue(field, jsonPath, 'must not point to fields in metadata')];
  let at: StructuralSchema | undefined = schema;
  for (const name of names) at = fieldOf(at?.properties, name);
  if (at === undefined)
    return [invalidValue(field, jsonPath, 'is an invalid path: does not refer to a valid field')];
  return selectableTypes.includes(at.type ?? '')
    ? []
    : [
        invalidValue(
          field,
          jsonPath,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      ];
}
