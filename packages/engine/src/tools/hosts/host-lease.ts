import { hostLeaseNamespace, isLeaseOut } from '@ignite/api/v1/host-lease';
import { type Lease, storedLease } from '@ignite/toolkit/core/resources/lease';
import { KindReader, KindStore } from '@ignite/toolkit/store/kind-store';
import type { ObjectStore, StoreReader } from '@ignite/toolkit/store/store';

/** How long a host counts as alive after its last renewal. */
export const hostLeaseSeconds = 40;

export const hostLeaseStore = (store: ObjectStore): KindStore<Lease> => new KindStore(store, storedLease);

/** Returns the names of the hosts that are alive. The clocks of hosts are taken to agree within seconds. */
export async function liveHosts(store: StoreReader, nowMs: number): Promise<ReadonlySet<string>> {
  const { items } = await new KindReader(store, storedLease).list({ namespace: hostLeaseNamespace });
  return new Set(items.filter((lease) => !isLeaseOut(lease, nowMs)).map(({ metadata }) => metadata.name));
}
