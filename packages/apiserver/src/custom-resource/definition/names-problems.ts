import type { ErrorCause } from '@ignite/toolkit/client/object-error';
import { invalidValue, requiredValue } from '../../structural-schema/field-error.ts';
import type { DefinitionNames } from './definition.ts';
import { labelFault } from '../../structural-schema/name-faults.ts';

/** Returns what is wrong with the names of a kind, given the path to them. */
export function namesProblems(names: DefinitionNames, path: string): readonly ErrorCause[] {
  const { plural, singular = '', kind, listKind = '', shortNames = [], categories = [] } = names;
  return [
    ...required({ plural, singular, kind, listKind }, path),
    ...[plural, singular].flatMap((name, at) =>
      name === '' ? [] : labelProblems(name, `${path}.${at === 0 ? 'plural' : 'singular'}`),
    ),
    ...kindProblems(kind, `${path}.kind`),
    ...kindProblems(listKind, `${path}.listKind`),
    ...shortNames.flatMap((name, at) => labelProblems(name, `${path}.shortNames[${at}]`)),
    ...(kind !== '' && kind === listKind
      ? [invalidValue(`${path}.listKind`, listKind, 'kind and listKind may not be the same')]
      : []),
    ...categories.flatMap((name, at) => labelProblems(name, `${path}.categories[${at}]`)),
  ];
}

const required = (names: Readonly<Record<string, string>>, path: string): readonly ErrorCause[] =>
  Object.entries(names)
    .filter(([, name]) => name === '')
    .map(([field]) => requiredValue(`${path}.${field}`));

function labelProblems(name: string, field: string): readonly ErrorCause[] {
  const fault = labelFault(name);
  return fault === undefined ? [] : [invalidValue(field, name, fault)];
}

function kindProblems(kind: string, field: string): readonly ErrorCause[] {
  const fault = kind === '' ? undefined : labelFault(kind.toLowerCase());
  return fault === undefined
    ? []
    : [invalidValue(field, kind, `may have mixed case, but should otherwise match: ${fault}`)];
}
