import { type Lease, storedLease } from '@ignite/toolkit/core/resources/lease';
import { KindReader, KindStore } from '@ignite/toolkit/store/kind-store';
import type { ObjectStore, StoreReader } from '@ignite/toolkit/store/store';

/** The namespace of the leases of hosts, each of which has the name of its host. */
export const hostLeaseNamespace = 'ignite-host-lease';

/** How long a host counts as alive after its last renewal. */
export const hostLeaseSeconds = 40;

export const hostLeaseStore = (store: ObjectStore): KindStore<Lease> => new KindStore(store, storedLease);

/** Returns the names of the hosts that are alive. The clocks of hosts are taken to agree within seconds. */
export async function liveHosts(store: StoreReader, nowMs: number): Promise<ReadonlySet<string>> {
  const { items } = await new KindReader(store, storedLease).list({ namespace: hostLeaseNamespace });
  return new Set(items.filter((lease) => !isLeaseOut(lease, nowMs)).map(({ metadata }) => metadata.name));
}

/** Pure. Tells whether a lease has not been renewed in time, or never was. */
export const isLeaseOut = (
  { spec: { renewTime = '', leaseDurationSeconds = 0 } }: Lease,
  nowMs: number,
): boolean => !(nowMs - Date.parse(renewTime) < leaseDurationSeconds * 1_000);
