import type { ApiObject } from '@ignite/toolkit/object/meta';

/** What a file below /etc/cni/net.d says. Ignite reads it; it is the administrator's. */
export interface CniNetworkSpec {
  /** The plugins in their order: the first makes the interface. */
  readonly plugins: readonly string[];
  /** Of which VMs get addresses, as far as the file tells. */
  readonly subnets: readonly string[];
  /** The bridge of this host, where there is one. */
  readonly bridge?: string;
}

export interface CniNetworkStatus {
  /** Whether VMs that name no network are on it. */
  readonly isDefault: boolean;
  /** Absent for the default network until the first VM starts. */
  readonly file?: string;
  /** The names of the VMs that have an interface on it, whether or not they run. */
  readonly vms: readonly string[];
}

/** A CNI network of this host, as seen by `ignite network`; it is not kept in the store. */
export interface CniNetwork extends ApiObject {
  readonly kind: 'CniNetwork';
  readonly spec: CniNetworkSpec;
  readonly status: CniNetworkStatus;
}
