import { isSameIp, isWithin, overlaps, parseIp, parseSubnet } from '@ignite/api/address/ip-address';
import { type PodRoute, subnetKey } from '@ignite/api/host-pod/pod-route';
import { type NetnsLink, podProtocol } from './netns-links.ts';

/** A route that a pod does not get. */
export interface RefusedRoute extends PodRoute {
  readonly reason: string;
}

/** What is to be done about the routes of a pod. */
export interface RoutePlan {
  /** The lines for `ip -batch` that take away what is not wanted any more, and then add what is missing. */
  readonly lines: readonly string[];
  readonly missing: readonly PodRoute[];
  readonly refused: readonly RefusedRoute[];
}

interface Way extends PodRoute {
  readonly device: string;
}

/**
 * Pure. Plans how the routes that a pod has asked for become those that it asks for now. The routes of its network stay as they are, and one
 * that would take their place is refused.
 */
export function planRoutes(wanted: readonly PodRoute[], links: readonly NetnsLink[]): RoutePlan {
  const judged = wanted.map((route) => judge(route, links));
  const ways = judged.filter((each) => 'device' in each);
  const found = links.flatMap(waysOf);
  const destinations = new Set(ways.map(keyOf));
  // A route to a subnet that is still wanted is replaced, so that packets have a way all the time.
  const gone = found.filter((way) => !destinations.has(keyOf(way)));
  const missing = ways.filter((way) => !found.some((each) => isSameWay(each, way)));
  return {
    lines: [
      ...gone.map((way) => `route delete ${argumentsOf(way)}`),
      ...missing.map((way) => `route replace ${argumentsOf(way)}`),
    ],
    missing: missing.map(({ to, via }) => ({ to, via })),
    refused: judged.filter((each) => 'reason' in each),
  };
}

const waysOf = ({ name, routes }: NetnsLink): readonly Way[] =>
  routes.flatMap(({ to, via, isOfPod }) => (isOfPod && via !== undefined ? [{ to, via, device: name }] : []));

const keyOf = ({ to }: PodRoute): string => subnetKey(parseSubnet(to));
const isSameWay = (a: Way, b: Way): boolean =>
  keyOf(a) === keyOf(b) && isSameIp(a.via, b.via) && a.device === b.device;
const argumentsOf = ({ to, via, device }: Way): string =>
  `${to} via ${via} dev ${device} proto ${podProtocol}`;

/** Returns by which device a route leads, or why it may not be. */
function judge({ to, via }: PodRoute, links: readonly NetnsLink[]): Way | RefusedRoute {
  const refuse = (reason: string): RefusedRoute => ({ to, via, reason });
  const subnet = parseSubnet(to);
  const own = links.flatMap(({ routes }) => routes.filter(({ isOfPod }) => !isOfPod));
  const connected = own.filter(({ isConnected }) => isConnected);
  if (connected.some((each) => overlaps(parseSubnet(each.to), subnet)))
    return refuse('the pod reaches addresses of this subnet directly');
  if (own.some((each) => each.to !== 'default' && subnetKey(parseSubnet(each.to)) === subnetKey(subnet)))
    return refuse('the network of the pod has a route of its own there');
  if (links.some(({ addresses }) => addresses.some((address) => isSameIp(address, via))))
    return refuse(`${via} is an address of the pod itself`);
  const neighbour = parseIp(via);
  const link = links.find(({ routes }) =>
    routes.some((each) => each.isConnected && isWithin(neighbour, parseSubnet(each.to))),
  );
  return link ? { to, via, device: link.name } : refuse(`${via} is not on the network of the pod`);
}
