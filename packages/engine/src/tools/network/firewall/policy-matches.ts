import type { PolicyPort } from '@ignite/api/v1/network-policy';
import { parseIp } from '@ignite/api/address/ip-address';

/** The peers of a rule, by their addresses. */
export type ResolvedPeer =
  | { readonly kind: 'range'; readonly cidr: string; readonly except: readonly string[] }
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] };

export interface ResolvedRule {
  /** The peers; without any, everyone is meant. */
  readonly peers: readonly ResolvedPeer[];
  /** The ports; without any, all ports of all protocols are meant. */
  readonly ports: readonly PolicyPort[];
}

/** A policy in which addresses have replaced labels. */
export interface ResolvedPolicy {
  readonly ingress?: readonly ResolvedRule[];
  readonly egress?: readonly ResolvedRule[];
  readonly sources: readonly string[];
}

/**
 * Pure. Returns the matches of nft(8) for the packets that rules let through, one for each peer and port.
 * `side` tells on which side of the packet the peer is.
 */
export const policyMatches = (rules: readonly ResolvedRule[], side: 'saddr' | 'daddr'): readonly string[] =>
  rules.flatMap(({ peers, ports }) => {
    const who = peers.length === 0 ? [''] : peers.flatMap((peer) => peerMatches(peer, side));
    const what = ports.length === 0 ? [''] : ports.map(portMatch);
    return who.flatMap((peer) => what.map((port) => [peer, port].filter(Boolean).join(' ')));
  });

function peerMatches(peer: ResolvedPeer, side: 'saddr' | 'daddr'): readonly string[] {
  if (peer.kind === 'addresses') return addressMatches(peer.addresses, side);
  const header = `${ipOf(peer.cidr)} ${side}`;
  const except = peer.except.filter((each) => ipOf(each) === ipOf(peer.cidr));
  return [[peer.cidr, ...except.map((each) => `!= ${each}`)].map((each) => `${header} ${each}`).join(' ')];
}

/** Pure. Returns a match for each family of the addresses, which are not ranges. */
export const addressMatches = (addresses: readonly string[], side: 'saddr' | 'daddr'): readonly string[] =>
  (['ip', 'ip6'] as const).flatMap((header) => {
    const those = [...new Set(addresses)].filter((address) => ipOf(address) === header);
    return those.length === 0 ? [] : [`${header} ${side} { ${those.join(', ')} }`];
  });

const portMatch = ({ port, endPort = port, protocol }: PolicyPort): string =>
  `${protocol} dport ${endPort === port ? port : `${port}-${endPort}`}`;

/** Pure. Returns nft's name of the header that contains an address or a range. */
export const ipOf = (address: string): 'ip' | 'ip6' => (parseIp(address).family === 4 ? 'ip' : 'ip6');
