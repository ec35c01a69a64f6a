import { hostLeaseNamespace, isLeaseOut } from '@ignite/api/v1/host-lease';
import type { CallOptions, ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { Lease } from '@ignite/toolkit/core/resources/lease';
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
  const lease = await findLease(name, objects, clock, options);
  await administration.mend('Host', name);
  const hosts = hostsIn(objects);
  const found = await hosts.find({ name }, options);
  const preconditions = { resourceVersion: found?.metadata.resourceVersion };
  if (found) await hosts.delete({ name }, { ...options, preconditions, dryRun: true }); // others may refuse it
  if (lease) await endLease(lease, objects, options);
  if (!found) return false;
  await hosts.delete({ name }, { ...options, preconditions });
  return true;
}

/** Returns the lease of a host that no longer renews it, if there is one. */
async function findLease(
  name: string,
  objects: ObjectClient,
  clock: Clock,
  options?: CallOptions,
): Promise<Lease | undefined> {
  const lease = await hostLeasesIn(objects).find({ namespace: hostLeaseNamespace, name }, options);
  if (lease && !isLeaseOut(lease, clock.now())) throw isAlive(name);
  return lease;
}

async function endLease(
  { metadata: { namespace, name, resourceVersion } }: Lease,
  objects: ObjectClient,
  options?: CallOptions,
): Promise<void> {
  try {
    const preconditions = { resourceVersion };
    await hostLeasesIn(objects).delete({ namespace, name }, { ...options, preconditions });
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
