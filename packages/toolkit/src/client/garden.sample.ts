import type { NewObject } from './object-client.ts';
import type { ErrorCause } from './object-error.ts';
import type { ObjectKey } from './group-version-resource.ts';
import type { ServedKind } from './over-store/served-kind.ts';

/** The kinds that the contract of clients is tested with. The API server is given the same ones as CRDs. */

const [group, version] = ['garden.example', 'v1'];
const colours: readonly unknown[] = ['red', 'blue'];

interface PotSpec {
  readonly size?: number;
  readonly colour?: string;
  readonly species?: string;
}

/** Pots have a namespace, defaults, rules, a field that cannot change, and a status of its own. */
export const pots: ServedKind = {
  group,
  version,
  resource: 'pots',
  kind: 'Pot',
  isNamespaced: true,
  hasStatus: true,
  selectableFields: ['spec.colour'],
  withDefaults: (pot) => ({ ...pot, spec: { size: 3, ...(pot.spec as PotSpec) } }),
  problems: ({ spec }, old) => potProblems(spec as PotSpec, old?.spec as PotSpec | undefined),
};

function potProblems(
  { size = 0, colour, species }: PotSpec,
  old: PotSpec | undefined,
): readonly ErrorCause[] {
  return [
    ...(size < 1 ? [{ field: 'spec.size', reason: 'FieldValueInvalid', message: 'must be at least 1' }] : []),
    ...(colour !== undefined && !colours.includes(colour)
      ? [{ field: 'spec.colour', reason: 'FieldValueNotSupported', message: 'must be red or blue' }]
      : []),
    ...(old?.species !== undefined && old.species !== species
      ? [{ field: 'spec.species', reason: 'FieldValueInvalid', message: 'cannot be changed' }]
      : []),
  ];
}

/** Sheds are of the whole cluster, and their status is written with the rest. */
export const sheds: ServedKind = {
  group,
  version,
  resource: 'sheds',
  kind: 'Shed',
  isNamespaced: false,
  hasStatus: false,
};

export const pot = (
  namespace: string,
  name: string,
  spec: PotSpec = {},
  metadata: Partial<NewObject['metadata']> = {},
): NewObject => ({
  apiVersion: `${group}/${version}`,
  kind: 'Pot',
  metadata: { ...metadata, namespace, name },
  spec,
});

export const shed = (name: string, content: Readonly<Record<string, unknown>> = {}): NewObject => ({
  apiVersion: `${group}/${version}`,
  kind: 'Shed',
  metadata: { name },
  ...content,
});

export const potKey = (namespace: string, name: string): ObjectKey => ({ ...pots, namespace, name });
