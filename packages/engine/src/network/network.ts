import type { PortMapping } from '@ignite/api/v1/vm-network';

export interface AttachRequest {
  readonly uid: string;
  /** The VM's name, by which other VMs find it. */
  readonly name: string;
  readonly ports: readonly PortMapping[];
  /** The user that the VMM runs as, who may open the tap. */
  readonly vmmUid: number;
  /** Asked for, not promised: the address that the VM had before. */
  readonly address?: string;
}

/** What the VMM and its guest need to know of the network that the VM is attached to. */
export interface Attachment {
  readonly netnsPath: string;
  readonly tap: string;
  /** Of the guest. */
  readonly mac: string;
  /** Of the guest, with the prefix length: `10.61.0.2/16`. */
  readonly address: string;
  readonly gateway: string;
  readonly dns: readonly string[];
}

export type NetworkObservation =
  | { readonly state: 'absent' }
  | { readonly state: 'partial' }
  | { readonly state: 'attached'; readonly attachment: Attachment };

/** A place on the network for each VM. Every call is idempotent and safe beside others. */
export interface Network {
  attach(request: AttachRequest, signal: AbortSignal): Promise<Attachment>;
  /** Leaves no namespace, device, lease, rule or file of the VM, and works after a reboot took some of them. */
  detach(uid: string, signal: AbortSignal): Promise<void>;
  observe(uid: string, signal: AbortSignal): Promise<NetworkObservation>;
}
