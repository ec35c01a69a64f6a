import { type NftTable, removalLines } from './nft.ts';
import { type ResolvedRule, addressMatches, ipOf, policyMatches } from './policy-matches.ts';

/** A VM behind a device of this host. */
export interface LinkGuest {
  readonly uid: string;
  /** Without prefix lengths. */
  readonly addresses: readonly string[];
  /** Ranges that are the VM's too. */
  readonly sources: readonly string[];
  /** Absent: no policy says who reaches the VM. */
  readonly ingress?: readonly ResolvedRule[];
}

/** A device of this host by which packets of VMs come and go: a bridge, or the end of a pair of veths. */
export interface GuardedLink {
  readonly device: string;
  readonly guests: readonly LinkGuest[];
  /** Whether there are VMs behind it of which nobody can tell the addresses. */
  readonly hasUnknown: boolean;
}

export const linkTable = (device: string): NftTable => ({ family: 'inet', name: `ignite-${device}` });

/**
 * Pure. The lines for `nft -f` that make the table of a device, in the place of one that is there. By the device nobody
 * reaches addresses that are the host's alone (the portmap plugin has the kernel route them there), and nobody from
 * elsewhere reaches a VM but by its published ports, in answer to it, or where its policy says so.
 */
export function planLinkTable({ device, guests, hasUnknown }: GuardedLink): readonly string[] {
  const table = linkTable(device);
  const policed = guests.filter(({ ingress }) => ingress !== undefined);
  const toGuests = hasUnknown ? [''] : guests.length === 0 ? [] : targets(guests);
  return [
    ...removalLines(table),
    `table inet ${table.name} {`,
    'chain prerouting {',
    'type filter hook prerouting priority raw; policy accept;',
    ...['ip saddr 127.0.0.0/8', 'ip daddr 127.0.0.0/8', 'ip6 saddr ::1', 'ip6 daddr ::1'].map(
      (match) => `iifname "${device}" ${match} drop`,
    ),
    '}',
    ...policed.flatMap(guestChain),
    'chain to-guests {',
    'ct state established,related accept',
    'ct status dnat accept',
    ...policed.flatMap((guest) => targets([guest]).map((match) => `${match} goto vm-${guest.uid}`)),
    // Also what a bridge passes between its ports comes here where the kernel has iptables see it.
    `iifname "${device}" accept`,
    'drop',
    '}',
    'chain forward {',
    'type filter hook forward priority filter; policy accept;',
    ...toGuests.map((match) => [`oifname "${device}"`, match, 'goto to-guests'].filter(Boolean).join(' ')),
    '}',
    '}',
  ];
}

const targets = (guests: readonly LinkGuest[]): readonly string[] => [
  ...addressMatches(
    guests.flatMap(({ addresses }) => addresses),
    'daddr',
  ),
  ...new Set(guests.flatMap(({ sources }) => sources.map((range) => `${ipOf(range)} daddr ${range}`))),
];

const guestChain = ({ uid, ingress = [] }: LinkGuest): readonly string[] => [
  `chain vm-${uid} {`,
  ...policyMatches(ingress, 'saddr').map((match) => `${match} accept`.trim()),
  'drop',
  '}',
];
