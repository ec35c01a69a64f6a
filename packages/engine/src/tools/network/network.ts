import type { NetworkPolicy } from '@ignite/api/v1/network-policy';
import type { InterfaceMode, PortMapping } from '@ignite/api/v1/vm-network';
import type { CodedError } from '@ignite/toolkit/errors/coded-error';

/** A request for an interface on a CNI network. */
export interface CniInterfaceRequest {
  readonly kind: 'cni';
  /** The name in the namespace. */
  readonly name: string;
  /** The network; the default is this host's default network. */
  readonly network?: string;
  /** The mode; the default depends on the kind of interface. */
  readonly mode?: InterfaceMode;
  /** The guest's MAC; the default is chosen by the network. */
  readonly mac?: string;
  /** The addresses that the interface must get, at most one of each family. */
  readonly addresses: readonly string[];
  /** The addresses that the interface had before and should get again if possible. */
  readonly lastAddresses: readonly string[];
}

/**
 * A request for an interface that the plugins of another network create in the namespace, which the guest
 * gets too.
 */
export interface FoundInterfaceRequest {
  readonly kind: 'found';
  readonly name: string;
  readonly mode: InterfaceMode;
}

export type InterfaceRequest = CniInterfaceRequest | FoundInterfaceRequest;

/**
 * The address or MAC that an interface of another VM has now, or that was requested for it by name for as
 * long as that VM exists.
 */
export interface Reservation {
  /** The name of the other VM. */
  readonly vm: string;
  /** The network; the default is this host's default network. */
  readonly network?: string;
  readonly addresses: readonly string[];
  readonly mac?: string;
}

/** The DNS settings that a guest gets by DHCP, which replace those of the network. */
export interface DnsSettings {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** The inputs of a VM's packet filters: its own, and those that policies of other VMs refer to. */
export interface Admission {
  readonly labels: Readonly<Record<string, string>>;
  readonly policy?: NetworkPolicy;
}

export interface AttachRequest extends Admission {
  readonly uid: string;
  /** The VM's name, by which other VMs find it. */
  readonly name: string;
  /** The ports that this host forwards to eth0. */
  readonly ports: readonly PortMapping[];
  /**
   * True if ports may be published that programs of this host listen on. Those programs then get nothing from
   * outside.
   */
  readonly shadowsPrograms?: boolean;
  /** The user that the VMM runs as, who may open the taps. Without it, programs use the interfaces, and no guest. */
  readonly vmmUid?: number;
  /** The requested interfaces, eth0 first. */
  readonly interfaces: readonly InterfaceRequest[];
  /** The router that the VM is behind; without it, the VM is on the networks of this host themselves. */
  readonly router?: string;
  /** The reservations of all other VMs behind the same router, or behind none. */
  readonly reserved: readonly Reservation[];
  readonly dns: DnsSettings;
}

export interface Route {
  /** The destination: `default`, a subnet or an address. */
  readonly to: string;
  /** The gateway; absent if the destination is directly connected. */
  readonly via?: string;
}

/** An interface of the guest, as both the host and the guest see it. */
export interface AttachedNic {
  /** The name in the namespace. The guest numbers its own interfaces from eth0. */
  readonly name: string;
  /** The network; absent for an interface that plugins of another network created. */
  readonly network?: string;
  /** Absent where programs use the interface, and no guest. */
  readonly tap?: string;
  /** The guest's MAC. */
  readonly mac: string;
  /** The MTU in bytes. */
  readonly mtu: number;
  /** The guest's addresses with prefix lengths, such as `10.61.0.2/16`, IPv4 first. */
  readonly addresses: readonly string[];
  /** The routes, in an order in which they can be added. */
  readonly routes: readonly Route[];
  /** Set if frames are redirected between the interface and the tap, without a bridge. */
  readonly isRedirected?: true;
}

/** What the VMM and its guest need to know of the VM's networks. */
export interface Attachment {
  readonly netnsPath: string;
  /** The interfaces in the guest's order, eth0 first. */
  readonly nics: readonly AttachedNic[];
  /** The DNS servers that the guest shall use. */
  readonly dns: readonly string[];
  /** The addresses at which this host reaches the guest, if they are not the guest's own. */
  readonly reachedAt?: readonly string[];
}

export type NetworkObservation =
  | { readonly state: 'absent' }
  | { readonly state: 'partial' }
  | { readonly state: 'attached'; readonly attachment: Attachment };

/** The part of a request that can be refused before anything is made. */
export type NetworkDemand = Pick<AttachRequest, 'uid' | 'interfaces' | 'ports' | 'reserved' | 'router'>;

/** A VM whose record cannot be read, so that the resources it holds are unknown. */
export interface UnreadableAttachment {
  readonly uid: string;
  readonly failure: CodedError;
}

/** Packet filters that are not as they should be. */
export interface FirewallFault {
  /** The device of this host, or the VM whose namespace has the filters. */
  readonly of: { readonly device: string } | { readonly vm: string };
  readonly state: 'missing' | 'altered';
}

/** Attaches VMs to networks. Every call is idempotent and may run beside others. */
export interface Network {
  /**
   * Refuses what this VM cannot have beside the others.
   * @throws CodedError NETWORK_NOT_FOUND, ADDRESS_INVALID, ADDRESS_TAKEN, MAC_TAKEN, PORTS_UNSUPPORTED,
   *   CNI_CONFIG_BROKEN, ROUTER_UNSUPPORTED
   */
  validate(demand: NetworkDemand): Promise<void>;
  /**
   * Attaches a VM to its networks.
   * @throws CodedError as `validate`, and PORT_TAKEN, ADDRESS_IGNORED, INTERFACE_MISSING,
   *   INTERFACE_UNBRIDGEABLE, ROUTER_SUBNETS_TAKEN
   */
  attach(request: AttachRequest, signal: AbortSignal): Promise<Attachment>;
  /**
   * Publishes `ports` instead of the earlier ones. Open connections continue. Does nothing for a VM that is
   * not attached.
   * @throws CodedError PORT_TAKEN and PORTS_UNSUPPORTED, before anything is changed
   */
  changePorts(uid: string, ports: readonly PortMapping[], signal: AbortSignal): Promise<void>;
  /**
   * Updates packet filters to the VM's labels and policy, and restores filters that were lost. Open
   * connections that are still allowed continue. Does nothing for a VM that is not attached.
   */
  admit(uid: string, admission: Admission, signal: AbortSignal): Promise<void>;
  /** Compares the packet filters of all attached VMs with what they should be. */
  examineFirewall(signal: AbortSignal): Promise<readonly FirewallFault[]>;
  /** Rebuilds the packet filters of all attached VMs. */
  restoreFirewall(signal: AbortSignal): Promise<void>;
  /** Changes the name by which other VMs find a VM. Does nothing for a VM that is not attached. */
  rename(uid: string, name: string, signal: AbortSignal): Promise<void>;
  /**
   * Removes every namespace, device, lease, rule and file of the VM. It also works after a reboot has removed
   * some of them.
   * @throws CodedError NETWORK_RECORD_INVALID
   */
  detach(uid: string, signal: AbortSignal): Promise<void>;
  /** Observes the attachment of a VM. An unreadable record counts as partial. */
  observe(uid: string, signal: AbortSignal): Promise<NetworkObservation>;
  unreadable(): Promise<readonly UnreadableAttachment[]>;
}
