import { type HostResource, hostResources } from '@ignite/api/v1/host-resources';
import { uidAnnotation } from '@ignite/api/v1/uid-annotation';
import { isIgnitesOwn } from '@ignite/api/v1/own-marks';
import { interfaceAnnotation } from '@ignite/api/v1/vm-network';
import { isBookkeeping } from '@ignite/toolkit/apply/annotations';
import { grantText } from './resource-grant.ts';
import type { VmArchive } from './vm-archive.ts';

export interface ImportPlan {
  /**
   * The resources of this host that the VM asks for and nobody has allowed. Nothing is imported unless it is
   * empty.
   */
  readonly refused: readonly HostResource[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The names of labels and annotations that make Ignite act on this host. They are left out. */
  readonly dropped: readonly string[];
}

/** The fields that name content of the archive itself, and so no resource of this host. */
const brought: readonly string[] = ['spec.image.oci', 'spec.kernel.oci'];

/**
 * Pure. Decides what is taken over from an archive, which a stranger may have written.
 * `allowed` lists the resources of this host that the importer grants, in the form of `grantText`; a grant to
 * write includes reading.
 */
export function planImport(
  { spec, labels, annotations }: Pick<VmArchive, 'spec' | 'labels' | 'annotations'>,
  allowed: readonly string[],
): ImportPlan {
  const granted = new Set(allowed);
  const asked = hostResources(spec).filter(({ field }) => !brought.includes(field));
  const isDropped = (name: string): boolean => isIgnitesOwn(name) && !name.startsWith(interfaceAnnotation);
  const dropped = [
    ...Object.keys(labels).filter(isIgnitesOwn),
    ...Object.keys(annotations).filter(isDropped),
  ];
  return {
    refused: asked.filter((resource) => !grantsFor(resource).some((grant) => granted.has(grant))),
    labels: Object.fromEntries(Object.entries(labels).filter(([name]) => !isIgnitesOwn(name))),
    annotations: Object.fromEntries(Object.entries(annotations).filter(([name]) => !isDropped(name))),
    dropped: dropped.filter((name) => name !== uidAnnotation && !isBookkeeping(name)),
  };
}

const grantsFor = (resource: HostResource): readonly string[] =>
  'access' in resource
    ? [grantText(resource), grantText({ ...resource, access: 'write' })]
    : [grantText(resource)];
