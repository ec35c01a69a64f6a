import { type Subnet, ipText, isWithin, parseSubnet } from '@ignite/api/address/ip-address';
import { type PodRoute, isPodRoute, maxRoutes } from '@ignite/api/host-pod/pod-route';
import type { Node } from '../workload/node.ts';
import { DisjointSubnets } from './disjoint-subnets.ts';

/**
 * Pure. Returns the routes by which an API server reaches the Pods of nodes: to the Pod networks of each node, by its first InternalIP of the same
 * family. A kubelet makes its own Node, so a node gets no packets but those to the Pod networks of the cluster, and none to what an older node has.
 * Whoever administers a cluster may make any number of Nodes, so the time that they take grows with their number only.
 */
export function planNodeRoutes(nodes: readonly Node[], podNetworks: readonly string[]): PodRoute[] {
  const allowed = podNetworks.flatMap(subnetOf);
  const taken = { 4: new DisjointSubnets(), 6: new DisjointSubnets() };
  const routes: PodRoute[] = [];
  for (const { spec, status } of byAge(nodes)) {
    for (const text of spec?.podCIDRs ?? []) {
      const [network] = subnetOf(text);
      if (!network || !allowed.some((each) => isPartOf(network, each))) continue;
      if (!taken[network.family].add(network)) continue;
      const to = destinationOf(network, text);
      const route = (status?.addresses ?? [])
        .filter(({ type }) => type === 'InternalIP')
        .map(({ address }): PodRoute => ({ to, via: address }))
        .find(isPodRoute);
      if (route) routes.push(route);
      if (routes.length === maxRoutes) return routes;
    }
  }
  return routes;
}

const byAge = (nodes: readonly Node[]): readonly Node[] =>
  nodes
    .map((node) => ({ node, madeMs: Date.parse(node.metadata.creationTimestamp) }))
    .toSorted((a, b) => a.madeMs - b.madeMs || (a.node.metadata.name < b.node.metadata.name ? -1 : 1))
    .map(({ node }) => node);

/** Returns a network as it is written in a route, whose text may be that of any address in it. */
const destinationOf = ({ family, first }: Subnet, text: string): string =>
  `${ipText({ family, value: first })}/${text.split('/')[1]}`;

function subnetOf(text: string): readonly Subnet[] {
  try {
    return [parseSubnet(text)];
  } catch {
    return [];
  }
}

const isPartOf = ({ family, first, last }: Subnet, whole: Subnet): boolean =>
  [first, last].every((value) => isWithin({ family, value }, whole));
