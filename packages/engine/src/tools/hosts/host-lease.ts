import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { KindReader, KindStore } from '@ignite/toolkit/store/kind-store';
import { objectKind } from '@ignite/toolkit/store/object-kind';
import type { ObjectStore, StoreReader } from '@ignite/toolkit/store/store';

/** The namespace of the leases of hosts, each of which has the name of its host. */
export const hostLeaseNamespace = 'ignite-host-lease';

/** How long a host counts as alive after its last renewal. */
export const hostLeaseSeconds = 40;

/** The sign of life of a host, which its controller renews. */
export interface HostLease extends KubeObject {
  readonly kind: 'Lease';
  readonly spec: {
    readonly holderIdentity: string;
    readonly leaseDurationSeconds: number;
    /** The time of the last renewal, with six digits after the point. */
    readonly renewTime: string;
  };
}

const hostLeaseKind = objectKind<HostLease>({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' });

export const hostLeaseStore = (store: ObjectStore): KindStore<HostLease> =>
  new KindStore(store, hostLeaseKind);

/** Returns the names of the hosts that are alive. The clocks of hosts are taken to agree within seconds. */
export async function liveHosts(store: StoreReader, nowMs: number): Promise<ReadonlySet<string>> {
  const { items } = await new KindReader(store, hostLeaseKind).list({ namespace: hostLeaseNamespace });
  return new Set(items.filter((lease) => !isOut(lease, nowMs)).map(({ metadata }) => metadata.name));
}

/** Pure. Tells whether a lease has not been renewed in time. */
const isOut = ({ spec: { renewTime, leaseDurationSeconds } }: HostLease, nowMs: number): boolean =>
  !(nowMs - Date.parse(renewTime) < leaseDurationSeconds * 1_000);
