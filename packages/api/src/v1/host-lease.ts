import type { Lease } from '@ignite/toolkit/core/resources/lease';

/** The namespace of the leases of hosts, each of which has the name of its host. */
export const hostLeaseNamespace = 'ignite-host-lease';

/** Pure. Tells whether a lease has not been renewed in time, or never was. */
export const isLeaseOut = (
  { spec: { renewTime = '', leaseDurationSeconds = 0 } }: Lease,
  nowMs: number,
): boolean => !(nowMs - Date.parse(renewTime) < leaseDurationSeconds * 1_000);
