import { hostLeaseNamespace, isLeaseOut } from '@ignite/api/v1/host-lease';
import type { CallOptions, ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import type { ThisHost } from '../host/this-host.ts';
import { hostsIn } from '../store/kind-clients.ts';
import type { StoreAdministration } from '../store/store-administration.ts';
import { hostLeasesIn } from './host-lease.ts';

export type RemoveHostErrorCode = 'HOST_ALIVE' | 'HOST_OWN';

interface HostPorts {
  readonly administration: StoreAdministration;
  readonly self: ThisHost;
  readonly clock: Clock;
}

/**
 * Removes a host that is lost from the store, so that its VMs can be removed elsewhere. One that returns stores
 * itself again. Returns whether there was a host of that name.
 * @throws CodedError HOST_ALIVE, HOST_OWN
 */
export async function removeHost(
  name: string,
  { administration, self, clock }: HostPorts,
  options?: CallOptions,
): Promise<boolean> {
  const { objects } = administration;
  if (name === self.name) throw isOwn(name);
  await endLease(name, objects, clock, options);
  await administration.mend('Host', name);
  const hosts = hostsIn(objects);
  const found = await hosts.find({ name }, options);
  if (!found) return false;
  const { resourceVersion } = found.metadata;
  await hosts.delete({ name }, { ...options, preconditions: { resourceVersion } });
  return true;
}

/** Removes the lease of a host that no longer renews it. */
async function endLease(
  name: string,
  objects: ObjectClient,
  clock: Clock,
  options?: CallOptions,
): Promise<void> {
  const leases = hostLeasesIn(objects);
  const key = { namespace: hostLeaseNamespace, name };
  const lease = await leases.find(key, options);
  if (!lease) return;
  if (!isLeaseOut(lease, clock.now())) throw isAlive(name);
  const { resourceVersion } = lease.metadata;
  try {
    await leases.delete(key, { ...options, preconditions: { resourceVersion } });
  } catch (failure) {
    throw hasCode(failure, 'CONFLICT') ? isAlive(name) : failure; // it was renewed just now
  }
}

const isAlive = (name: string): CodedError<RemoveHostErrorCode> =>
  new CodedError('HOST_ALIVE', `host "${name}" is alive: it renews its lease`, {
    hint: `remove its VMs there, and stop ignited on "${name}"; it counts as alive for 40 s after that`,
  });

const isOwn = (name: string): CodedError<RemoveHostErrorCode> =>
  new CodedError('HOST_OWN', `"${name}" is this host, which would store itself again`, {
    hint: 'remove it on another host',
  });
