import { type Subnet, ipText, isWithin, overlaps, parseSubnet } from '@ignite/api/address/ip-address';
import { type PodRoute, isPodRoute, maxRoutes } from '@ignite/api/host-pod/pod-route';
import type { Node } from '../workload/node.ts';

/**
 * Pure. Returns the routes by which an API server reaches the Pods of nodes: to the Pod networks of each node, by its first InternalIP of the same
 * family. A kubelet makes its own Node, so a node gets no packets but those to the Pod networks of the cluster, and none to what an older node has.
 */
export function planNodeRoutes(nodes: readonly Node[], podNetworks: readonly string[]): PodRoute[] {
  const allowed = podNetworks.flatMap(subnetOf);
  const taken: Subnet[] = [];
  const routes: PodRoute[] = [];
  for (const { spec, status } of nodes.toSorted(byAge)) {
    for (const { network, to } of (spec?.podCIDRs ?? []).flatMap(destinationOf)) {
      const isAllowed = allowed.some((each) => isPartOf(network, each));
      if (!isAllowed || taken.some((each) => overlaps(each, network))) continue;
      taken.push(network);
      const route = (status?.addresses ?? [])
        .filter(({ type }) => type === 'InternalIP')
        .map(({ address }): PodRoute => ({ to, via: address }))
        .find(isPodRoute);
      if (route) routes.push(route);
    }
  }
  return routes.slice(0, maxRoutes);
}

const byAge = ({ metadata: a }: Node, { metadata: b }: Node): number =>
  Date.parse(a.creationTimestamp) - Date.parse(b.creationTimestamp) || (a.name < b.name ? -1 : 1);

/** Returns a network as it is written in a route; nothing if a text is none. */
const destinationOf = (text: string): readonly { readonly network: Subnet; readonly to: string }[] =>
  subnetOf(text).map((network) => ({
    network,
    to: `${ipText({ family: network.family, value: network.first })}/${text.split('/')[1]}`,
  }));

function subnetOf(text: string): readonly Subnet[] {
  try {
    return [parseSubnet(text)];
  } catch {
    return [];
  }
}

const isPartOf = ({ family, first, last }: Subnet, whole: Subnet): boolean =>
  [first, last].every((value) => isWithin({ family, value }, whole));
