import type { ManagedMember } from './workload-cluster.ts';

/** Where a member runs, a VM or a pod of a host, as far as it matters for what an etcd cluster does next. */
export interface MemberPlace {
  readonly name: string;
  /** Its number in the cluster, which is in its name. */
  readonly index: number;
  readonly address?: string;
  readonly isLeaving: boolean;
  /** Whether it was told to run etcd with the keys and the settings that it is to have. */
  readonly isConfigured: boolean;
  /** Whether its keys are to be renewed. */
  readonly isRenewalDue: boolean;
  /** Whether it is as the cluster wants its places. */
  readonly isUpToDate: boolean;
  /** Whether it has not been healthy for so long that it is given up. */
  readonly isGivenUp: boolean;
}

/** Pure. Tells whether a member runs at an address, which is that of a place, if it has one. Members know each other by it. */
export const isMemberAt = ({ peerUrls }: ManagedMember, address: string | undefined): boolean =>
  address !== undefined && peerUrls.some((url) => hostOf(url) === address);

const hostOf = (url: string): string | undefined => URL.parse(url)?.hostname.replaceAll(/[[\]]/g, '');
