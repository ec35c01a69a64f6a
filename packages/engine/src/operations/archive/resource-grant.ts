import type { HostResource } from '@ignite/api/v1/host-resources';
import type { PortMapping } from '@ignite/api/v1/vm-network';

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
    case 'secret':
    case 'snapshot':
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
    case 'secret':
      return `the content of the Secret "${resource.name}" (${field})`;
    case 'snapshot':
      return `what the Snapshot "${resource.name}" holds (${field})`;
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
