import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { invalidValue, requiredValue } from '../../structural-schema/field-error.ts';
import type { DefinitionVersion, PrinterColumn } from './definition.ts';
import { labelFault } from '../../structural-schema/name-faults.ts';
import { schemaOfVersion } from './schema-of-version.ts';
import { selectableFieldProblems } from './selectable-fields.ts';

/** Returns what is wrong with a version of a kind beside its schema, given the path to the version. */
export function versionProblems(version: DefinitionVersion, path: string): readonly ErrorCause[] {
  const { name, subresources, additionalPrinterColumns = [], selectableFields = [] } = version;
  const fault = labelFault(name);
  const schema = schemaOfVersion(version);
  return [
    ...(fault === undefined ? [] : [invalidValue(`${path}.name`, name, fault)]),
    ...deprecationProblems(version, `${path}.deprecationWarning`),
    ...(subresources?.scale ? scaleProblems(subresources.scale, `${path}.subresources`) : []),
    ...additionalPrinterColumns.flatMap((column, at) =>
      columnProblems(column, `${path}.additionalPrinterColumns[${at}]`),
    ),
    ...(schema && selectableFields.length > 0
      ? selectableFieldProblems(selectableFields, schema, `${path}.selectableFields`)
      : []),
  ];
}

function deprecationProblems(
  { deprecated = false, deprecationWarning: warning }: DefinitionVersion,
  field: string,
): readonly ErrorCause[] {
  if (warning === undefined) return [];
  return [
    ...(deprecated ? [] : ['can only be set for deprecated versions']),
    ...(warning.length > 256 ? ['must be <= 256 characters long'] : []),
    ...(warning === '' ? ['must not be an empty string'] : []),
  ].map((fault) => invalidValue(field, warning, fault));
}

type Scale = NonNullable<NonNullable<DefinitionVersion['subresources']>['scale']>;

function scaleProblems(scale: Scale, path: string): readonly ErrorCause[] {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = '' } = scale;
  return [
    ...pathProblems(specReplicasPath, `${path}.scale.specReplicasPath`, ['.spec']),
    ...pathProblems(statusReplicasPath, `${path}.scale.statusReplicasPath`, ['.status']),
    ...(labelSelectorPath === ''
      ? []
      : pathProblems(labelSelectorPath, `${path}.scale.labelSelectorPath`, ['.spec', '.status'])),
  ];
}

function pathProblems(jsonPath: string, field: string, parents: readonly string[]): readonly ErrorCause[] {
  if (jsonPath === '') return [requiredValue(field)];
  if (!jsonPath.startsWith('.')) return [invalidValue(field, jsonPath, notSimple)];
  const where = parents.length > 1 ? `either ${parents.join(' or ')}` : parents[0]!;
  return parents.some((parent) => jsonPath.startsWith(`${parent}.`))
    ? []
    : [invalidValue(field, jsonPath, `should be a json path under ${where}`)];
}

const notSimple = 'must be a simple json path starting with .';
const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function columnProblems(column: PrinterColumn, path: string): readonly ErrorCause[] {
  const { name, type, format = '', jsonPath } = column;
  const oneOf = (values: readonly string[]): string => `must be one of ${values.join(',')}`;
  return [
    ...(name === '' ? [requiredValue(`${path}.name`)] : []),
    ...(type === '' ? [requiredValue(`${path}.type`, oneOf(columnTypes))] : []),
    ...(type === '' || columnTypes.includes(type)
      ? []
      : [invalidValue(`${path}.type`, type, oneOf(columnTypes))]),
    ...(format === '' || columnFormats.includes(format)
      ? []
      : [invalidValue(`${path}.format`, format, oneOf(columnFormats))]),
    ...(jsonPath === '' ? [requiredValue(`${path}.JSONPath`)] : []),
    ...(jsonPath === '' || jsonPath.startsWith('.')
      ? []
      : [invalidValue(`${path}.JSONPath`, jsonPath, notSimple)]),
  ];
}
