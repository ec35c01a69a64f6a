import type { Host } from '@ignite/api/v1/host';
import { hostLeaseNamespace, isLeaseOut } from '@ignite/api/v1/host-lease';
import { hostResource } from '@ignite/api/v1/resources/host';
import { type Lease, leaseResource } from '@ignite/toolkit/core/resources/lease';
import type { CallOptions, ObjectClient } from '@ignite/toolkit/client/object-client';

export const hosts = { group: hostResource.group, version: 'v1', resource: hostResource.plural };
const leases = { group: leaseResource.group, version: 'v1', resource: leaseResource.plural };

/** What is known at a moment of the hosts. A host that is alone has no lease, and says nothing else of its life. */
export interface KnownHosts {
  /** The addresses of hosts at which other machines reach them. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The hosts that do not renew their leases. */
  readonly silent: ReadonlySet<string>;
  /** When hosts have last renewed their leases (RFC 3339). */
  readonly renewals: ReadonlyMap<string, string>;
}

export async function knownHosts(client: ObjectClient, options: CallOptions): Promise<KnownHosts> {
  const [found, leased] = await Promise.all([
    client.list(hosts, options),
    client.list(leases, { ...options, namespace: hostLeaseNamespace }),
  ]);
  const nowMs = Date.now();
  const held = leased.items.map((lease) => lease as Lease);
  return {
    addresses: new Map(found.items.flatMap((host) => addressOf(host as Host))),
    silent: new Set(held.filter((lease) => isLeaseOut(lease, nowMs)).map(({ metadata }) => metadata.name)),
    renewals: new Map(held.map(({ metadata, spec }) => [metadata.name, spec.renewTime ?? ''])),
  };
}

function addressOf({ metadata, status }: Host): readonly (readonly [host: string, address: string])[] {
  const found = status.addresses.find(({ type }) => type === 'InternalIP');
  return found ? [[metadata.name, found.address]] : [];
}
