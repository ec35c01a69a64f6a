import { type HostResource, hostResources } from '@ignite/api/v1/host-resources';
import { uidAnnotation } from '@ignite/api/v1/uid-annotation';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { interfaceAnnotation } from '@ignite/api/v1/vm-network';
import { isBookkeeping } from '@ignite/toolkit/apply/annotations';
import type { VmArchive } from './vm-archive.ts';

export interface ImportPlan {
  /**
   * The resources of this host that the VM asks for and nobody has allowed. Nothing is imported unless it is
   * empty.
   */
  readonly refused: readonly HostResource[];
  readonly annotations: Readonly<Record<string, string>>;
  /** The names of annotations that make Ignite act on this host. They are left out. */
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
  { spec, annotations }: Pick<VmArchive, 'spec' | 'annotations'>,
  allowed: readonly string[],
): ImportPlan {
  const granted = new Set(allowed);
  const asked = hostResources(spec).filter(({ field }) => !brought.includes(field));
  const names = Object.keys(annotations);
  const dropped = names.filter(
    (name) => /^(ignite|gitops)\.weave\.works\//.test(name) && !name.startsWith(interfaceAnnotation),
  );
  return {
    refused: asked.filter((resource) => !grantsFor(resource).some((grant) => granted.has(grant))),
    annotations: Object.fromEntries(Object.entries(annotations).filter(([name]) => !dropped.includes(name))),
    dropped: dropped.filter((name) => name !== uidAnnotation && !isBookkeeping(name)),
  };
}

/**
 * Pure. Writes the grant of a resource, such as `volume=db`, `folder=/srv/data:ro` or
 * `port=127.0.0.1:53/udp`.
 */
export function grantText(resource: HostResource): string {
  const { kind } = resource;
  switch (kind) {
    case 'folder':
    case 'file':
    case 'device':
      return `${kind}=${resource.path}${suffixes[resource.access]}`;
    case 'volume':
      return `${kind}=${resource.name}${suffixes[resource.access]}`;
    case 'port':
      return `${kind}=${portText(resource.port)}`;
    case 'network':
    case 'service':
      return `${kind}=${resource.name}`;
    case 'address':
      return `${kind}=${resource.address}`;
    case 'ingress':
      return `${kind}=${resource.from}`;
    case 'source':
      return `${kind}=${resource.range}`;
    case 'restart':
      return `${kind}=${resource.policy}`;
  }
}

const suffixes = { read: ':ro', write: '' } as const;

const grantsFor = (resource: HostResource): readonly string[] =>
  'access' in resource
    ? [grantText(resource), grantText({ ...resource, access: 'write' })]
    : [grantText(resource)];

function portText({ bindAddress, hostPort, protocol }: PortMapping): string {
  const address = bindAddress?.includes(':') ? `[${bindAddress}]` : bindAddress;
  return `${address === undefined ? '' : `${address}:`}${hostPort}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

/** Pure. Describes a resource to the person who decides on it. */
export function askText(resource: HostResource): string {
  const { kind, field } = resource;
  switch (kind) {
    case 'folder':
    case 'file':
    case 'device':
      return `the ${kind} ${resource.path}, ${accessTexts[resource.access]} (${field})`;
    case 'volume':
      return `the volume "${resource.name}", ${accessTexts[resource.access]} (${field})`;
    case 'port':
      return `the port ${portText(resource.port)}, published for its port ${resource.port.vmPort} (${field})`;
    case 'network':
      return `access to the network "${resource.name}" (${field})`;
    case 'address':
      return `the address ${resource.address} (${field})`;
    case 'service':
      return `the use of ${resource.name} (${field})`;
    case 'ingress':
      return `access to its unpublished ports, from ${resource.from} (${field})`;
    case 'source':
      return `permission to send from ${resource.range}, in addition to its own addresses (${field})`;
    case 'restart':
      return `the restart policy ${resource.policy} (${field})`;
  }
}

const accessTexts = { read: 'to read', write: 'to read and to write' } as const;
