import type { NetworkPolicy } from '@ignite/api/v1/network-policy';
import type { InterfaceMode, PortMapping } from '@ignite/api/v1/vm-network';
import type { CodedError } from '@ignite/toolkit/errors/coded-error';

/** An interface on a CNI network. */
export interface CniInterfaceRequest {
  readonly kind: 'cni';
  /** In the namespace. */
  readonly name: string;
  /** Absent: the default network of this host. */
  readonly network?: string;
  /** Absent: as the interface's kind allows. */
  readonly mode?: InterfaceMode;
  /** Of the guest; absent: the network chooses. */
  readonly mac?: string;
  /** At most one of each family: given, or refused. */
  readonly addresses: readonly string[];
  /** Asked for, not promised: those that the interface had before. */
  readonly lastAddresses: readonly string[];
}

/** An interface that the plugins of another make in the namespace, for the guest to have too. */
export interface FoundInterfaceRequest {
  readonly kind: 'found';
  readonly name: string;
  readonly mode: InterfaceMode;
}

export type InterfaceRequest = CniInterfaceRequest | FoundInterfaceRequest;

/** What one interface of another VM was given by name, for as long as that VM exists, run or not; or has now. */
export interface Reservation {
  /** The other VM's name. */
  readonly vm: string;
  /** Absent: the default network of this host. */
  readonly network?: string;
  readonly addresses: readonly string[];
  readonly mac?: string;
}

/** What a guest that asks by DHCP is told of DNS in the place of the network's own. */
export interface DnsSettings {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** By what the packet filters of a VM are made: its own, and those of VMs whose policies mean it. */
export interface Admission {
  readonly labels: Readonly<Record<string, string>>;
  readonly policy?: NetworkPolicy;
}

export interface AttachRequest extends Admission {
  readonly uid: string;
  /** The VM's name, by which other VMs find it. */
  readonly name: string;
  /** Published from this host to eth0. */
  readonly ports: readonly PortMapping[];
  /** Whether ports are published that programs of this host listen on, which then get nothing from outside. */
  readonly shadowsPrograms?: boolean;
  /** The user that the VMM runs as, who may open the taps. */
  readonly vmmUid: number;
  /** eth0 first. */
  readonly interfaces: readonly InterfaceRequest[];
  /** Of all other VMs. */
  readonly reserved: readonly Reservation[];
  readonly dns: DnsSettings;
}

export interface Route {
  /** `default`, or a subnet or address. */
  readonly to: string;
  /** Absent: reached without a gateway. */
  readonly via?: string;
}

/** One interface of the guest, in the words of the host and of the guest. */
export interface AttachedNic {
  /** In the namespace; the guest numbers its own from eth0. */
  readonly name: string;
  /** Absent for one that plugins of another made. */
  readonly network?: string;
  readonly tap: string;
  /** Of the guest. */
  readonly mac: string;
  /** In bytes. */
  readonly mtu: number;
  /** Of the guest, IPv4 first, with prefix lengths: `10.61.0.2/16`. */
  readonly addresses: readonly string[];
  /** In an order in which they can be added. */
  readonly routes: readonly Route[];
  /** Whether frames are passed between it and the tap, without a bridge. */
  readonly isRedirected?: true;
}

/** What the VMM and its guest need to know of the networks that the VM is attached to. */
export interface Attachment {
  readonly netnsPath: string;
  /** In the order of the guest's: eth0 first. */
  readonly nics: readonly AttachedNic[];
  /** The servers that the guest shall ask. */
  readonly dns: readonly string[];
}

export type NetworkObservation =
  | { readonly state: 'absent' }
  | { readonly state: 'partial' }
  | { readonly state: 'attached'; readonly attachment: Attachment };

/** What can be refused of a VM before anything is made. */
export type NetworkDemand = Pick<AttachRequest, 'uid' | 'interfaces' | 'ports' | 'reserved'>;

/** A VM of which nobody can read how it is attached, and so not what others cannot have. */
export interface UnreadableAttachment {
  readonly uid: string;
  readonly failure: CodedError;
}

/** Packet filters that are not as they should be. */
export interface FirewallFault {
  /** A device of this host, or the VM whose namespace it is. */
  readonly of: { readonly device: string } | { readonly vm: string };
  readonly state: 'missing' | 'altered';
}

/** A place on networks for each VM. Every call is idempotent and safe beside others. */
export interface Network {
  /**
   * Refuses what this VM could not have beside the others.
   * @throws CodedError NETWORK_NOT_FOUND, ADDRESS_INVALID, ADDRESS_TAKEN, MAC_TAKEN, PORTS_UNSUPPORTED,
   * CNI_CONFIG_BROKEN
   */
  validate(demand: NetworkDemand): Promise<void>;
  /** @throws CodedError as `validate`, and PORT_TAKEN, ADDRESS_IGNORED, INTERFACE_MISSING, INTERFACE_UNBRIDGEABLE */
  attach(request: AttachRequest, signal: AbortSignal): Promise<Attachment>;
  /**
   * Publishes `ports` in the place of those before; connections that are open go on. Does nothing to a VM that is not
   * attached.
   * @throws CodedError PORT_TAKEN and PORTS_UNSUPPORTED, before anything is changed
   */
  changePorts(uid: string, ports: readonly PortMapping[], signal: AbortSignal): Promise<void>;
  /**
   * Has packet filters be as the VM's labels and policy now say, and puts back what of them was lost; connections that
   * are open and still allowed go on. Does nothing to a VM that is not attached.
   */
  admit(uid: string, admission: Admission, signal: AbortSignal): Promise<void>;
  /** Compares the packet filters of all VMs that are attached with what they should be. */
  examineFirewall(signal: AbortSignal): Promise<readonly FirewallFault[]>;
  /** Makes the packet filters of all VMs that are attached anew. */
  restoreFirewall(signal: AbortSignal): Promise<void>;
  /** Has other VMs find it by another name; does nothing to a VM that is not attached. */
  rename(uid: string, name: string, signal: AbortSignal): Promise<void>;
  /**
   * Leaves no namespace, device, lease, rule or file of the VM, and works after a reboot took some of them.
   * @throws CodedError NETWORK_RECORD_INVALID
   */
  detach(uid: string, signal: AbortSignal): Promise<void>;
  /** One that cannot be read is partial. */
  observe(uid: string, signal: AbortSignal): Promise<NetworkObservation>;
  unreadable(): Promise<readonly UnreadableAttachment[]>;
}
