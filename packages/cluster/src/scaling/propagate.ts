import { isDeepStrictEqual } from 'node:util';
import { labels } from '../contract/names.ts';
import type { MachineSet } from '../kinds/machine-set.ts';
import type { Machine, MachineSpec } from '../kinds/machine.ts';

/** The fields of the spec of Machines that are changed in place. */
const fieldsInPlace = ['minReadySeconds', 'readinessGates', 'deletion', 'taints'] as const;

/** Pure. Returns a spec with the fields of a template that are changed in place; the same one if none differs. */
export function withFieldsInPlace(spec: MachineSpec, template: MachineSpec): MachineSpec {
  if (fieldsInPlace.every((field) => isDeepStrictEqual(spec[field], template[field]))) return spec;
  const kept = Object.entries(spec).filter(([name]) => !(fieldsInPlace as readonly string[]).includes(name));
  const wanted = fieldsInPlace.flatMap((field) =>
    template[field] === undefined ? [] : [[field, template[field]]],
  );
  return Object.fromEntries([...kept, ...wanted]) as MachineSpec;
}

/** Pure. Returns a Machine as its MachineSet wants it now, as far as that needs no other Machine. */
export function propagated(machine: Machine, set: MachineSet): Machine {
  const { metadata, spec } = machine;
  const wanted = labelsOfMachines(set);
  const annotations = set.spec.template.metadata?.annotations ?? {};
  const next = withFieldsInPlace(spec, set.spec.template.spec);
  const isAsWanted =
    next === spec && holds(metadata.labels, wanted) && holds(metadata.annotations, annotations);
  if (isAsWanted) return machine;
  return {
    ...machine,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, ...wanted },
      annotations: { ...metadata.annotations, ...annotations },
    },
    spec: next,
  };
}

/** Pure. Returns the labels of the Machines of a set. */
export const labelsOfMachines = ({ metadata, spec }: MachineSet): Readonly<Record<string, string>> => ({
  ...spec.template.metadata?.labels,
  [labels.cluster]: spec.clusterName,
  [labels.set]: metadata.name,
  ...(metadata.labels[labels.deployment] !== undefined && {
    [labels.deployment]: metadata.labels[labels.deployment],
  }),
});

export const holds = (
  all: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean => Object.entries(wanted).every(([name, value]) => all[name] === value);
