import type { PlannedNic } from './plan-nics.ts';

export const tapName = (at: number): string => `tap${at}`;
const bridgeName = (at: number): string => `br${at}`;
/**
 * A locally administered MAC, which is the same in every namespace, because no two of these devices are ever
 * on one link.
 */
const portMac = '02:00:00:00:00:01';
const bridgeMac = '02:00:00:00:00:02';

/**
 * Pure. Returns the lines for `ip -batch` that hand interface number `at` of the namespace over to the guest,
 * through a tap.
 */
export function planHandOver(
  nic: PlannedNic,
  at: number,
  { vmmUid, hasIpv6 }: { readonly vmmUid: number; readonly hasIpv6: boolean },
): readonly string[] {
  const tap = tapName(at);
  const makeTap = [`tuntap add dev ${tap} mode tap user ${vmmUid}`, `link set dev ${tap} mtu ${nic.mtu}`];
  // The namespace itself must not send on the link: it would claim the IPv6 addresses that follow from the
  // guest's MAC.
  const beSilent = (device: string) => (hasIpv6 ? [`link set dev ${device} addrgenmode none`] : []);
  return nic.mode === 'dhcp-bridge'
    ? bridged(nic.name, at, makeTap, beSilent)
    : redirected(nic, tap, makeTap, beSilent);
}

/**
 * Connects the interface with the VM's tap by a bridge. The guest takes over the interface's MAC and
 * addresses, so the interface and the bridge get other MACs, because a bridge keeps every frame that is
 * addressed to the MAC of one of its ports.
 */
function bridged(
  ifName: string,
  at: number,
  makeTap: readonly string[],
  beSilent: (device: string) => readonly string[],
): readonly string[] {
  const [tap, bridge] = [tapName(at), bridgeName(at)];
  return [
    ...beSilent(ifName),
    `address flush dev ${ifName}`,
    `link set dev ${ifName} address ${portMac}`,
    `link add ${bridge} address ${bridgeMac} type bridge forward_delay 0 mcast_snooping 0`,
    ...beSilent(bridge),
    ...makeTap,
    ...beSilent(tap),
    `link set dev ${ifName} master ${bridge}`,
    // A bridge in hairpin mode sends the guest's broadcasts back. If the port learnt from them, it would
    // place the guest behind the interface.
    `link set dev ${ifName} type bridge_slave learning off`,
    `link set dev ${tap} master ${bridge}`,
    `link set dev ${ifName} up`,
    `link set dev ${tap} up`,
    `link set dev ${bridge} up`,
  ];
}

/**
 * Redirects frames between the interface and the tap. The interface keeps its addresses, because an ipvlan
 * only passes frames for one of them. Nothing in the namespace answers to them, because its packet filter
 * redirects every frame to the tap first.
 */
function redirected(
  { name, mac, isMacForeign }: PlannedNic,
  tap: string,
  makeTap: readonly string[],
  beSilent: (device: string) => readonly string[],
): readonly string[] {
  return [
    ...beSilent(name),
    `address flush dev ${name} scope link`,
    ...(isMacForeign ? [`link set dev ${name} address ${mac}`] : []),
    ...makeTap,
    ...beSilent(tap),
    `link set dev ${name} up`,
    `link set dev ${tap} up`,
  ];
}
