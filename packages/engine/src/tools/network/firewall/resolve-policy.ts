import type { NetworkPeer, NetworkPolicy } from '@ignite/api/v1/network-policy';
import type { ResolvedPeer, ResolvedPolicy, ResolvedRule } from './policy-matches.ts';

/** A VM that policies of other VMs may select. */
export interface LabelledVm {
  readonly labels: Readonly<Record<string, string>>;
  /** The addresses without prefix lengths. */
  readonly addresses: readonly string[];
}

/** Pure. Returns the policy with the addresses of the VMs that its labels select. */
export function resolvePolicy(policy: NetworkPolicy, vms: readonly LabelledVm[]): ResolvedPolicy {
  const { ingress, egress, sources } = policy;
  const rule = (peers: readonly NetworkPeer[], ports: ResolvedRule['ports']): ResolvedRule => ({
    peers: peers.map((peer) => resolvePeer(peer, vms)),
    ports,
  });
  return {
    ...(ingress && { ingress: ingress.map(({ from, ports }) => rule(from, ports)) }),
    ...(egress && { egress: egress.map(({ to, ports }) => rule(to, ports)) }),
    sources,
  };
}

function resolvePeer(peer: NetworkPeer, vms: readonly LabelledVm[]): ResolvedPeer {
  if ('cidr' in peer) return { kind: 'range', ...peer };
  const meant = vms.filter(({ labels }) =>
    Object.entries(peer.vms).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value),
  );
  return { kind: 'addresses', addresses: meant.flatMap(({ addresses }) => addresses) };
}

/** Pure. Tells whether a policy selects VMs, so that its meaning changes as VMs come and go. */
export const meansVms = ({ ingress = [], egress = [] }: NetworkPolicy): boolean =>
  [...ingress.flatMap(({ from }) => from), ...egress.flatMap(({ to }) => to)].some((peer) => 'vms' in peer);
