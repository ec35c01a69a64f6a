import { isDeepStrictEqual } from 'node:util';
import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { issuePath, issueText } from '@ignite/toolkit/schema/issue-text';
import * as v from 'valibot';
import { defaultProblems } from '../../structural-schema/soundness/default-problems.ts';
import {
  forbiddenValue,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../../structural-schema/field-error.ts';
import { ruleSoundness } from '../../structural-schema/rules/rule-soundness.ts';
import { schemaProblems } from '../../structural-schema/soundness/schema-problems.ts';
import { structuralProblems } from '../../structural-schema/soundness/structural-problems.ts';
import { structuralSchemaSchema } from '../../structural-schema/structural-schema.ts';
import { builtInGroups } from './built-in-groups.ts';
import { conversionProblems } from './conversion-problems.ts';
import type { CustomResourceDefinition, DefinitionSpec, DefinitionVersion } from './definition.ts';
import { subdomainFault } from '../../structural-schema/name-faults.ts';
import { namesProblems } from './names-problems.ts';
import { versionProblems } from './version-problems.ts';

/** Returns all that is wrong with a definition, or with a change of it. */
export function definitionProblems(
  definition: CustomResourceDefinition,
  old?: CustomResourceDefinition,
): readonly ErrorCause[] {
  const { metadata, spec, status } = definition;
  const name = `${spec.names.plural}.${spec.group}`;
  return [
    ...(metadata.name === name
      ? []
      : [invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...specProblems(spec),
    ...storedVersionProblems(status?.storedVersions ?? [], spec),
    ...(old ? updateProblems(spec, old) : []),
  ];
}

function specProblems(spec: DefinitionSpec): readonly ErrorCause[] {
  const { scope, versions, names, conversion } = spec;
  const scopes = ['Cluster', 'Namespaced'];
  return [
    ...groupProblems(spec.group),
    ...(scope === '' ? [requiredValue('spec.scope')] : []),
    ...(scope === '' || scopes.includes(scope) ? [] : [unsupportedValue('spec.scope', scope, scopes)]),
    ...versions.flatMap((version, at) => versionProblems(version, `spec.versions[${at}]`)),
    ...allSchemaProblems(versions),
    ...versionListProblems(versions),
    ...namesProblems(names, 'spec.names'),
    ...(conversion ? conversionProblems(conversion, 'spec.conversion') : []),
    ...(spec.preserveUnknownFields === true
      ? [invalidValue('spec.preserveUnknownFields', true, 'must be false')]
      : []),
  ];
}

function groupProblems(group: string): readonly ErrorCause[] {
  const fault = subdomainFault(group);
  if (group === '') return [requiredValue('spec.group')];
  if (fault !== undefined) return [invalidValue('spec.group', group, fault)];
  if (builtInGroups.has(group))
    return [forbiddenValue('spec.group', `the kinds of ${group} are built in, and no others can be added`)];
  return group.includes('.')
    ? []
    : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

/** As in Kubernetes, a schema that all versions have is told of once. */
function allSchemaProblems(versions: readonly DefinitionVersion[]): readonly ErrorCause[] {
  const [first, ...others] = versions;
  if (first?.schema && others.every(({ schema }) => isDeepStrictEqual(schema, first.schema)))
    return schemaProblemsOf(first, 'spec.validation.openAPIV3Schema');
  return versions.flatMap((version, at) =>
    schemaProblemsOf(version, `spec.versions[${at}].schema.openAPIV3Schema`),
  );
}

function schemaProblemsOf({ schema }: DefinitionVersion, path: string): readonly ErrorCause[] {
  const written = schema?.openAPIV3Schema;
  if (written === undefined) return [requiredValue(path)];
  const { success, output, issues } = v.safeParse(structuralSchemaSchema, written);
  if (!success)
    return issues.map((issue) => ({
      field: [path, ...issuePath(issue)].join('.'),
      reason: 'FieldValueInvalid',
      message: issueText(issue),
    }));
  const structural = structuralProblems(output, path);
  const ofDefaults = structural.length > 0 ? [] : defaultProblems(output, path);
  const known = [...structural, ...ofDefaults, ...schemaProblems(output, path)];
  return known.length > 0 ? known : ruleSoundness(output, path);
}

function versionListProblems(versions: readonly DefinitionVersion[]): readonly ErrorCause[] {
  const names = versions.map(({ name }) => name);
  const stored = versions.filter(({ storage }) => storage);
  return [
    ...(new Set(names).size < names.length
      ? [invalidValue('spec.versions', names, 'must contain unique version names')]
      : []),
    ...(stored.length === 1
      ? []
      : [invalidValue('spec.versions', names, 'must have exactly one version marked as storage version')]),
  ];
}

function storedVersionProblems(
  stored: readonly string[],
  { versions }: DefinitionSpec,
): readonly ErrorCause[] {
  const field = 'status.storedVersions';
  if (stored.length === 0) return [invalidValue(field, stored, 'must have at least one stored version')];
  const missing = versions.filter(({ name, storage }) => storage && !stored.includes(name));
  return [
    ...missing.map(({ name }) => invalidValue(field, stored, `must have the storage version ${name}`)),
    ...stored.flatMap((name, at) =>
      versions.some((version) => version.name === name)
        ? []
        : [invalidValue(`${field}[${at}]`, name, missingStored(name))],
    ),
  ];
}

const missingStored = (name: string): string =>
  `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`;

/** What a definition has been established for stays, since there may be objects of the kind. */
function updateProblems(
  spec: DefinitionSpec,
  { spec: old, status }: CustomResourceDefinition,
): readonly ErrorCause[] {
  const isEstablished = status?.conditions?.some(
    (condition) => condition.type === 'Established' && condition.status === 'True',
  );
  const kept = [
    ['spec.group', spec.group, old.group],
    ['spec.names.plural', spec.names.plural, old.names.plural],
    ...(isEstablished === true
      ? ([
          ['spec.scope', spec.scope, old.scope],
          ['spec.names.kind', spec.names.kind, old.names.kind],
        ] as const)
      : []),
  ] as const;
  return kept
    .filter(([, now, before]) => now !== before)
    .map(([field, now]) => invalidValue(field, now, 'field is immutable'));
}
