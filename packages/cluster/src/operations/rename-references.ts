import { annotations, labels } from '../contract/names.ts';

/** Returns the new name of an object by its kind and its old name; the old one, if it is no object that is renamed. */
export type NameOf = (kind: string, name: string) => string;

/** The labels whose values are names, by the kinds of what they name. */
const kindsOfLabels: Readonly<Record<string, string>> = {
  [labels.cluster]: 'Cluster',
  [labels.controlPlaneName]: 'HostedControlPlane',
  [labels.deployment]: 'MachineDeployment',
  [labels.set]: 'MachineSet',
};

/** The fields that hold a name, by the kinds of what they name. */
const kindsOfFields: Readonly<Record<string, string>> = {
  ...kindsOfLabels,
  clusterName: 'Cluster',
  clusterResourceSetName: 'ClusterResourceSet',
  dataSecretName: 'Secret',
  secretName: 'Secret',
};

/** The fields that hold a reference without a kind. */
const kindsOfReferences: Readonly<Record<string, string>> = { userDataSecretRef: 'Secret' };

/**
 * Pure. Returns a value that refers to renamed objects by their new names: in references with a kind, in fields that are known to hold a name,
 * and in the labels and annotations of Cluster API. The names of nodes are no such references.
 */
export function renameReferences<T>(value: T, nameOf: NameOf): T {
  return renamed(value, nameOf) as T;
}

function renamed(value: unknown, nameOf: NameOf, referred?: string): unknown {
  if (Array.isArray(value)) return value.map((each) => renamed(each, nameOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, held]) => {
      const kind = kindOf(field, value, referred);
      if (typeof held === 'string') return [field, kind === undefined ? held : nameOf(kind, held)];
      return [field, renamed(held, nameOf, kindsOfReferences[field])];
    }),
  );
}

/** Returns the kind of what a field names. */
function kindOf(field: string, within: object, referred: string | undefined): string | undefined {
  const { kind = referred, [annotations.clonedFromGroupKind]: origin = '' } = within as Readonly<
    Record<string, unknown>
  >;
  if (field === 'name') return typeof kind === 'string' ? kind : undefined;
  if (field === annotations.clonedFromName) return String(origin).split('.')[0];
  return Object.hasOwn(kindsOfFields, field) ? kindsOfFields[field] : undefined;
}
