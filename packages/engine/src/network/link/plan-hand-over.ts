import type { PlannedNic } from './plan-nics.ts';

export const tapName = (at: number): string => `tap${at}`;
const bridgeName = (at: number): string => `br${at}`;
/** Locally administered, and the same in every namespace: no two of them are ever on one link. */
const portMac = '02:00:00:00:00:01';
const bridgeMac = '02:00:00:00:00:02';

/** Pure. The lines for `ip -batch` that hand the namespace's interface number `at` over to the guest, through a tap. */
export function planHandOver(
  nic: PlannedNic,
  at: number,
  { vmmUid, hasIpv6 }: { readonly vmmUid: number; readonly hasIpv6: boolean },
): readonly string[] {
  const tap = tapName(at);
  const makeTap = [`tuntap add dev ${tap} mode tap user ${vmmUid}`, `link set dev ${tap} mtu ${nic.mtu}`];
  // The namespace itself is not to speak on the link: it would claim the addresses that follow from the guest's MAC.
  const beSilent = (device: string) => (hasIpv6 ? [`link set dev ${device} addrgenmode none`] : []);
  return nic.mode === 'dhcp-bridge'
    ? bridged(nic.name, at, makeTap, beSilent)
    : redirected(nic, tap, makeTap, beSilent);
}

/**
 * A bridge joins the interface with the VM's tap. The guest takes the interface's MAC and addresses, and so the
 * interface and the bridge must be given other MACs: a bridge keeps for itself every frame that is addressed to the MAC
 * of one of its ports.
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
    // A bridge in hairpin mode sends our own broadcasts back: learnt from, they would place the guest behind the interface.
    `link set dev ${ifName} type bridge_slave learning off`,
    `link set dev ${tap} master ${bridge}`,
    `link set dev ${ifName} up`,
    `link set dev ${tap} up`,
    `link set dev ${bridge} up`,
  ];
}

/**
 * The interface keeps its addresses, since an ipvlan passes on only what is addressed to one of them. Nothing answers
 * for them in the namespace: its packet filter takes every frame to the tap before.
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
