import { parseIp, parseSubnet } from '@ignite/api/address/ip-address';
import { serverAddress } from '../dhcp/namespace-dhcp-argv.ts';
import { type NftTable, removalLines } from './nft.ts';
import { type ResolvedPolicy, addressMatches, ipOf, policyMatches } from './policy-matches.ts';

/** An interface of a guest, as its namespace sees it. */
export interface GuestNic {
  /** The name in the namespace. */
  readonly name: string;
  readonly tap: string;
  /** The guest's MAC. */
  readonly mac: string;
  /** The addresses without prefix lengths. Without any, the guest chooses its own. */
  readonly addresses: readonly string[];
  /** True if frames are redirected between `name` and `tap`, which are not on a bridge. */
  readonly isRedirected: boolean;
  /**
   * The MAC of this host's device on the interface's link. This host has already filtered everything that
   * comes from it.
   */
  readonly hostMac?: string;
  /** The addresses of this host on the interface's link. */
  readonly gateways: readonly string[];
}

export const guestTable: NftTable = { family: 'netdev', name: 'ignite' };

/**
 * The options of the sets that remember who has recently sent to the guest, and whom the guest has sent to.
 */
const memory = 'flags dynamic,timeout; size 65536; timeout 10m;';

/**
 * Pure. Returns the lines for `nft -f` that build the table of a VM's namespace. They replace an existing
 * table, except for its memory. A guest can send only under its own addresses, and can be neither router nor
 * DHCP server. Its policy is enforced in both directions.
 */
export function planGuestTable(
  nics: readonly GuestNic[],
  policy: ResolvedPolicy = { sources: [] },
): readonly string[] {
  const { ingress, egress, sources } = policy;
  const isPoliced = ingress !== undefined || egress !== undefined;
  const own = nics.flatMap(({ addresses }) => addresses);
  const chains = nics.flatMap((nic, at) => [
    ...(isPoliced ? policyChains(nic, at, policy) : []),
    ...guestChain(nic, at, { own, sources, pass: isPoliced ? `goto out${at}` : passOut(nic) }),
    ...(isPoliced || nic.isRedirected ? linkChain(nic, at, isPoliced ? `goto in${at}` : passIn(nic)) : []),
  ]);
  const { family, name } = guestTable;
  if (!isPoliced) return [...removalLines(guestTable), ...inTable(chains)];
  const declared = chains.filter((line) => /^(chain|type|\})/.test(line));
  return [...inTable([...memories, ...declared]), `flush table ${family} ${name}`, ...inTable(chains)];
}

const inTable = (lines: readonly string[]): readonly string[] => [
  `table ${guestTable.family} ${guestTable.name} {`,
  ...lines,
  '}',
];

const memories = (['got', 'sent'] as const).flatMap((what) => [
  `set ${what}4 { type ipv4_addr . inet_proto . inet_service . inet_service; ${memory} }`,
  `set ${what}6 { type ipv6_addr . inet_proto . inet_service . inet_service; ${memory} }`,
]);

const passOut = ({ name, isRedirected }: GuestNic): string => (isRedirected ? `fwd to "${name}"` : 'accept');
const passIn = ({ tap, isRedirected }: GuestNic): string => (isRedirected ? `fwd to "${tap}"` : 'accept');

interface Passing {
  /**
   * The addresses of all interfaces, since a guest may answer through another interface than it was asked on.
   */
  readonly own: readonly string[];
  readonly sources: readonly string[];
  /** The verdict for a frame that the guest may send. */
  readonly pass: string;
}

/**
 * Filters what the guest sends. On an interface with addresses, frames with a VLAN tag and of protocols other
 * than IP and ARP are dropped.
 */
function guestChain(
  { tap, mac, addresses }: GuestNic,
  at: number,
  { own, sources, pass }: Passing,
): readonly string[] {
  const linkLocal = linkLocalOf(mac);
  const those = (family: 'ip' | 'ip6', all: readonly string[]) => all.filter((each) => ipOf(each) === family);
  const ranges = { ip: those('ip', sources), ip6: those('ip6', sources) };
  const targets = [...those('ip6', addresses), linkLocal].map(hexOf).join(', ');
  const byAddress = [
    'ether type != { arp, ip, ip6 } drop',
    `arp saddr ether != ${mac} drop`,
    `arp saddr ip { ${['0.0.0.0', ...those('ip', addresses)].join(', ')} } ${pass}`,
    ...ranges.ip.map((range) => `arp saddr ip ${range} ${pass}`),
    'ether type arp drop',
    'udp sport { 67, 547 } drop',
    'icmp type redirect drop',
    'icmpv6 type { nd-router-advert, nd-redirect } drop',
    // The target address begins 8 bytes after the start of the message.
    ...ranges.ip6.map((range) => `icmpv6 type nd-neighbor-advert ${targetWithin(range)} ${pass}`),
    `icmpv6 type nd-neighbor-advert @th,64,128 != { ${targets} } drop`,
    ...addressMatches([...own, linkLocal], 'saddr').map((match) => `${match} ${pass}`),
    ...sources.map((range) => `${ipOf(range)} saddr ${range} ${pass}`),
    `ip saddr 0.0.0.0 udp sport 68 udp dport 67 ${pass}`,
    `ip6 saddr :: icmpv6 type nd-neighbor-solicit @th,64,128 { ${targets} } ${pass}`,
    `ip6 saddr :: icmpv6 type { nd-router-solicit, mld2-listener-report } ${pass}`,
  ];
  return [
    `chain from-guest${at} {`,
    `type filter hook ingress device "${tap}" priority filter; policy drop;`,
    `ether saddr != ${mac} drop`,
    ...(addresses.length > 0 ? byAddress : [pass]),
    '}',
  ];
}

/** Filters what comes to the guest. */
const linkChain = ({ name }: GuestNic, at: number, pass: string): readonly string[] => [
  `chain to-guest${at} {`,
  `type filter hook ingress device "${name}" priority filter; policy drop;`,
  pass,
  '}',
];

function policyChains(nic: GuestNic, at: number, { ingress, egress }: ResolvedPolicy): readonly string[] {
  const fragments = ['ip frag-off & 0x1fff != 0', 'frag frag-off != 0'];
  const neighbours = `icmpv6 type { ${neighbourMessages.join(', ')} }`;
  const got = `goto got${at}`;
  const sent = `goto sent${at}`;
  return [
    ...chain(`got${at}`, [
      'meta l4proto { tcp, udp } update @got4 { ip saddr . meta l4proto . th dport . th sport }',
      'meta l4proto { tcp, udp } update @got6 { ip6 saddr . meta l4proto . th dport . th sport }',
      passIn(nic),
    ]),
    ...chain(`sent${at}`, [
      // This host itself filters its answers.
      ...(nic.hostMac === undefined ? [] : [`ether daddr ${nic.hostMac} ${passOut(nic)}`]),
      'meta l4proto { tcp, udp } update @sent4 { ip daddr . meta l4proto . th sport . th dport }',
      'meta l4proto { tcp, udp } update @sent6 { ip6 daddr . meta l4proto . th sport . th dport }',
      passOut(nic),
    ]),
    ...chain(
      `in${at}`,
      ingress === undefined
        ? [got]
        : [
            ...(nic.hostMac === undefined ? [] : [`ether saddr ${nic.hostMac} ${got}`]),
            // A bridge with br_netfilter forwards frames to published ports by itself, with another MAC than
            // the host's.
            ...addressMatches(nic.gateways, 'saddr').map((match) => `${match} ${got}`),
            `ether type arp ${got}`,
            `${neighbours} ${got}`,
            `icmp type { echo-reply, destination-unreachable, time-exceeded, parameter-problem } ${got}`,
            `icmpv6 type { echo-reply, destination-unreachable, packet-too-big, time-exceeded, parameter-problem } ${got}`,
            `udp sport 67 udp dport 68 ${got}`,
            `udp sport 547 udp dport 546 ${got}`,
            `ip saddr . meta l4proto . th dport . th sport @sent4 ${got}`,
            `ip6 saddr . meta l4proto . th dport . th sport @sent6 ${got}`,
            ...fragments.map((match) => `${match} ${got}`),
            ...policyMatches(ingress, 'saddr').map((match) => `${match} ${got}`.trim()),
            'drop',
          ],
    ),
    ...chain(
      `out${at}`,
      egress === undefined
        ? [sent]
        : [
            `ether type arp ${sent}`,
            `${neighbours} ${sent}`,
            ...addressMatches(['255.255.255.255', serverAddress(at), ...nic.gateways], 'daddr').map(
              (match) => `${match} udp sport { 68, 546 } udp dport { 67, 547 } ${sent}`,
            ),
            `ip6 daddr ff02::1:2 udp dport 547 ${sent}`,
            ...addressMatches(nic.gateways, 'daddr').map(
              (match) => `${match} meta l4proto { tcp, udp } th dport 53 ${sent}`,
            ),
            `ip daddr . meta l4proto . th sport . th dport @got4 ${sent}`,
            `ip6 daddr . meta l4proto . th sport . th dport @got6 ${sent}`,
            ...fragments.map((match) => `${match} ${sent}`),
            ...policyMatches(egress, 'daddr').map((match) => `${match} ${sent}`.trim()),
            'drop',
          ],
    ),
  ];
}

const chain = (name: string, rules: readonly string[]): readonly string[] => [
  `chain ${name} {`,
  ...rules,
  '}',
];

/** The ICMPv6 messages by which machines on a link find each other and report their multicast groups. */
const neighbourMessages = [
  'nd-neighbor-solicit',
  'nd-neighbor-advert',
  'nd-router-solicit',
  'nd-router-advert',
  'mld-listener-query',
  'mld-listener-report',
  'mld-listener-done',
  'mld2-listener-report',
];

/** Pure. Returns the link-local address for a MAC (RFC 4291, appendix A). */
export function linkLocalOf(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((each) => Number.parseInt(each, 16));
  const groups = [(a ^ 2) * 256 + b, c * 256 + 0xff, 0xfe00 + d, e * 256 + f];
  return `fe80::${groups.map((group) => group.toString(16)).join(':')}`;
}

const hexOf = (address: string): string => `0x${parseIp(address).value.toString(16).padStart(32, '0')}`;

/** Matches an advertisement for an address of the range, by as many bits as the prefix has. */
function targetWithin(range: string): string {
  const length = Number(range.split('/')[1]);
  const prefix = parseSubnet(range).first >> BigInt(128 - length);
  return length === 0 ? '' : `@th,64,${length} 0x${prefix.toString(16)}`;
}
