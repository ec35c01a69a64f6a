import { type NewCondition, withCondition } from '@ignite/toolkit/object/condition';
import type { BuiltInKind } from './built-in-kind.ts';
import type { CustomResourceDefinition, DefinitionNames, DefinitionStatus } from './definition.ts';
import { isTerminating } from './terminating.ts';

type Names = Partial<DefinitionNames>;

/**
 * Returns the status of a definition after a look at the names that other definitions of its group have: its own
 * are accepted unless another one has them. A definition is established once all were accepted, and stays so.
 */
export function statusWithNames(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: string,
): DefinitionStatus {
  const { spec, status = {}, metadata } = definition;
  const taken = takenNames(others.filter(({ spec: { group } }) => group === spec.group));
  const { names, conflict } = acceptedNames(spec.names, status.acceptedNames ?? {}, taken);
  const { conditions = [] } = status;
  const observed = { observedGeneration: metadata.generation };
  const withNames = withCondition(conditions, { ...namesCondition(conflict), ...observed }, now);
  const old = conditions.find(({ type }) => type === 'Established');
  const established = old?.status === 'True' ? old : { ...establishedCondition(conflict), ...observed };
  const next = withCondition(withNames, established, now);
  return { ...status, conditions: next, acceptedNames: names };
}

/** Pure. Returns the status of a definition of a kind that the server has itself: it has no names, whatever it had before. */
export function statusOfBuiltIn(
  { status = {}, metadata }: CustomResourceDefinition,
  { group, kind }: BuiltInKind,
  now: string,
): DefinitionStatus {
  const conflict = { reason: 'KindConflict', message: `the kind ${kind} of ${group} is built in` };
  const observed = { observedGeneration: metadata.generation };
  const conditions = [namesCondition(conflict), establishedCondition(conflict)].reduce(
    (known, condition) => withCondition(known, { ...condition, ...observed }, now),
    status.conditions ?? [],
  );
  return { ...status, conditions, acceptedNames: {} };
}

interface Conflict {
  readonly reason: string;
  readonly message: string;
}

interface TakenNames {
  /** What paths and people name kinds by: plural, singular and short names. */
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

function takenNames(definitions: readonly CustomResourceDefinition[]): TakenNames {
  const accepted = definitions.map(({ status }) => status?.acceptedNames ?? {});
  const given = (names: readonly (string | undefined)[]): ReadonlySet<string> =>
    new Set(names.filter((name) => name !== undefined));
  return {
    resources: given(
      accepted.flatMap(({ plural, singular, shortNames = [] }) => [plural, singular, ...shortNames]),
    ),
    kinds: given(accepted.flatMap(({ kind, listKind }) => [kind, listKind])),
  };
}

const conflictReasons = {
  plural: 'PluralConflict',
  singular: 'SingularConflict',
  kind: 'KindConflict',
  listKind: 'ListKindConflict',
} as const;

/** Returns the names that are accepted, each unless another kind has it; the others stay as they were. */
function acceptedNames(
  wanted: DefinitionNames,
  old: Names,
  taken: TakenNames,
): { readonly names: Names; readonly conflict: Conflict | undefined } {
  const single = (['plural', 'singular', 'kind', 'listKind'] as const).map((field) => {
    const of = field === 'plural' || field === 'singular' ? taken.resources : taken.kinds;
    const name = wanted[field];
    const isTaken = name !== undefined && name !== old[field] && of.has(name);
    return { field, name: isTaken ? old[field] : name, taken: isTaken ? name : undefined };
  });
  const takenShort = (wanted.shortNames ?? []).filter(
    (name) => !(old.shortNames ?? []).includes(name) && taken.resources.has(name),
  );
  const shortNames = takenShort.length > 0 ? old.shortNames : wanted.shortNames;
  const conflicts = [
    ...single.flatMap(({ field, taken: name }) =>
      name === undefined ? [] : [conflictOf(conflictReasons[field], [name])],
    ),
    ...(takenShort.length > 0 ? [conflictOf('ShortNamesConflict', takenShort)] : []),
  ];
  return {
    names: {
      ...Object.fromEntries(
        single.filter(({ name }) => name !== undefined).map(({ field, name }) => [field, name]),
      ),
      ...(shortNames && { shortNames }),
      ...(wanted.categories && { categories: wanted.categories }),
    },
    conflict: conflicts.at(-1),
  };
}

const conflictOf = (reason: string, names: readonly string[]): Conflict => ({
  reason,
  message: names.map((name) => `${JSON.stringify(name)} is already in use`).join(', '),
});

const namesCondition = (conflict: Conflict | undefined): Omit<NewCondition, 'observedGeneration'> =>
  conflict
    ? { type: 'NamesAccepted', status: 'False', ...conflict }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };

const establishedCondition = (conflict: Conflict | undefined): Omit<NewCondition, 'observedGeneration'> =>
  conflict
    ? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
    : {
        type: 'Established',
        status: 'True',
        reason: 'InitialNamesAccepted',
        message: 'the initial names have been accepted',
      };

/** Tells whether the objects of a definition are served. */
export const isEstablished = ({ status, metadata }: CustomResourceDefinition): boolean =>
  (metadata.deletionTimestamp === undefined || isTerminating({ metadata })) &&
  (status?.conditions ?? []).some(({ type, status: state }) => type === 'Established' && state === 'True');
