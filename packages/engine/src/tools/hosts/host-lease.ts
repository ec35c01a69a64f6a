import { hostLeaseNamespace, isLeaseOut } from '@ignite/api/v1/host-lease';
import { KindClient, KindReader } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient, ObjectReader } from '@ignite/toolkit/client/object-client';
import { type Lease, storedLease } from '@ignite/toolkit/core/resources/lease';

/** How long a host counts as alive after its last renewal. */
export const hostLeaseSeconds = 40;

export const hostLeasesIn = (objects: ObjectClient): KindClient<Lease> =>
  new KindClient(objects, storedLease);

/** Returns the names of the hosts that are alive. The clocks of hosts are taken to agree within seconds. */
export async function liveHosts(objects: ObjectReader, nowMs: number): Promise<ReadonlySet<string>> {
  const { items } = await new KindReader(objects, storedLease).list({ namespace: hostLeaseNamespace });
  return new Set(items.filter((lease) => !isLeaseOut(lease, nowMs)).map(({ metadata }) => metadata.name));
}
