import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** The content of a file below /etc/cni/net.d. Ignite reads it; the administrator owns it. */
export interface CniNetworkSpec {
  /** The types of the plugins in their order. The first creates the interface. */
  readonly plugins: readonly string[];
  /** The subnets from which VMs get their addresses, as far as the file tells. */
  readonly subnets: readonly string[];
  /** The bridge on this host, if there is one. */
  readonly bridge?: string;
}

export interface CniNetworkStatus {
  /** True if VMs that name no network use it. */
  readonly isDefault: boolean;
  /** The path of the file; absent for the default network until the first VM starts. */
  readonly file?: string;
  /** The names of the VMs that have an interface on it, whether or not they run. */
  readonly vms: readonly string[];
}

/** A CNI network of this host, as `ignite network` shows it. It is not in the store. */
export interface CniNetwork extends KubeObject {
  readonly kind: 'CniNetwork';
  readonly spec: CniNetworkSpec;
  readonly status: CniNetworkStatus;
}
