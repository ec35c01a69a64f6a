export const tapName = 'tap0';
const bridgeName = 'br0';
/** Locally administered, and the same in every namespace: no two of them are ever on one link. */
const eth0Mac = '02:00:00:00:00:01';
const bridgeMac = '02:00:00:00:00:02';

/**
 * The `ip -batch` lines that hand the namespace's eth0 over to the guest: a bridge joins eth0 with the VM's tap, the
 * guest takes eth0's MAC and address, and so eth0 and the bridge must be given other MACs: a bridge keeps for itself
 * every frame that is addressed to the MAC of one of its ports.
 */
export function planHandOver(ifName: string, vmmUid: number): readonly string[] {
  return [
    `address flush dev ${ifName}`,
    `link set dev ${ifName} address ${eth0Mac}`,
    `link add ${bridgeName} address ${bridgeMac} type bridge forward_delay 0 mcast_snooping 0`,
    `tuntap add dev ${tapName} mode tap user ${vmmUid}`,
    `link set dev ${ifName} master ${bridgeName}`,
    // A bridge in hairpin mode sends our own broadcasts back: learnt from, they would place the guest behind eth0.
    `link set dev ${ifName} type bridge_slave learning off`,
    `link set dev ${tapName} master ${bridgeName}`,
    `link set dev ${ifName} up`,
    `link set dev ${tapName} up`,
    `link set dev ${bridgeName} up`,
  ];
}
