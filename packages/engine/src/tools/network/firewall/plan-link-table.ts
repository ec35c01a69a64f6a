import { type NftTable, removalLines } from './nft.ts';
import { type ResolvedRule, addressMatches, ipOf, policyMatches } from './policy-matches.ts';

/** A VM behind a device of this host. */
export interface LinkGuest {
  readonly uid: string;
  /** The addresses without prefix lengths. */
  readonly addresses: readonly string[];
  /** Further ranges from which the VM may send. */
  readonly sources: readonly string[];
  /** The ingress rules; absent if the VM has no such policy. */
  readonly ingress?: readonly ResolvedRule[];
}

/** A device of this host that carries packets of VMs: a bridge, or the end of a veth pair. */
export interface GuardedLink {
  readonly device: string;
  readonly guests: readonly LinkGuest[];
  /** True if there may be VMs behind it whose addresses are unknown. */
  readonly hasUnknown: boolean;
}

export const linkTable = (device: string): NftTable => ({ family: 'inet', name: `ignite-${device}` });

/**
 * Pure. Returns the lines for `nft -f` that build the table of a device and replace an existing one. Nobody
 * reaches addresses of the host alone through the device (the portmap plugin makes the kernel route them
 * there). A VM can be reached from elsewhere only on its published ports, in answer to it, or as its policy
 * says.
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
    // With br_netfilter, frames that a bridge forwards between its ports pass here too.
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
