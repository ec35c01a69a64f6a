import {
  type IpAddress,
  type Subnet,
  ipText,
  isWithin,
  overlaps,
  parseIp,
  parseSubnet,
} from '@ignite/api/address/ip-address';
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
  /** The destination, and the neighbour by the device, the same for all spellings. */
  readonly destination: string;
  readonly next: string;
}

/**
 * Pure. Plans how the routes that a pod has asked for become those that it asks for now. The routes of its network stay as they are, and one
 * that would take their place is refused. It is called at each look and a pod may have many routes, so the time that it takes grows with their
 * number only.
 */
export function planRoutes(wanted: readonly PodRoute[], links: readonly NetnsLink[]): RoutePlan {
  const surroundings = surroundingsOf(links);
  const judged = wanted.map((route) => judge(route, surroundings));
  const ways = judged.filter((each) => 'device' in each);
  const found = links.flatMap(waysOf);
  const destinations = new Set(ways.map(({ destination }) => destination));
  const nexts = new Map(found.map(({ destination, next }) => [destination, next]));
  // A route to a subnet that is still wanted is replaced, so that packets have a way all the time.
  const gone = found.filter(({ destination }) => !destinations.has(destination));
  const missing = ways.filter(({ destination, next }) => nexts.get(destination) !== next);
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
  routes.flatMap(({ to, via, isOfPod }) =>
    isOfPod && via !== undefined
      ? [wayOf({ to, via }, { device: name, subnet: parseSubnet(to), neighbour: parseIp(via) })]
      : [],
  );

interface Parsed {
  readonly device: string;
  readonly subnet: Subnet;
  readonly neighbour: IpAddress;
}

const wayOf = ({ to, via }: PodRoute, { device, subnet, neighbour }: Parsed): Way => ({
  ...{ to, via, device },
  destination: subnetKey(subnet),
  next: `${ipText(neighbour)} ${device}`,
});

const argumentsOf = ({ to, via, device }: Way): string =>
  `${to} via ${via} dev ${device} proto ${podProtocol}`;

/** What a namespace has without the routes of its pod. */
interface Surroundings {
  readonly addresses: readonly IpAddress[];
  /** The subnets that are reached directly, each by a device. */
  readonly connected: readonly { readonly subnet: Subnet; readonly device: string }[];
  /** The subnets to which the network has routes, without the default route. */
  readonly routed: readonly Subnet[];
}

function surroundingsOf(links: readonly NetnsLink[]): Surroundings {
  const own = links.flatMap(({ name, routes }) =>
    routes
      .filter(({ to, isOfPod }) => !isOfPod && to !== 'default')
      .map(({ to, isConnected }) => ({ device: name, subnet: parseSubnet(to), isConnected })),
  );
  return {
    addresses: links.flatMap(({ addresses }) => addresses.map(parseIp)),
    connected: own.filter(({ isConnected }) => isConnected),
    routed: own.filter(({ isConnected }) => !isConnected).map(({ subnet }) => subnet),
  };
}

/** Returns by which device a route leads, or why it may not be. */
function judge({ to, via }: PodRoute, { addresses, connected, routed }: Surroundings): Way | RefusedRoute {
  const refuse = (reason: string): RefusedRoute => ({ to, via, reason });
  const subnet = parseSubnet(to);
  const neighbour = parseIp(via);
  if (connected.some((each) => overlaps(each.subnet, subnet)))
    return refuse('the pod reaches addresses of this subnet directly');
  if (routed.some((each) => overlaps(each, subnet)))
    return refuse('the network of the pod has a route of its own there');
  if (addresses.some(({ family, value }) => family === neighbour.family && value === neighbour.value))
    return refuse(`${via} is an address of the pod itself`);
  const link = connected.find((each) => isWithin(neighbour, each.subnet));
  return link
    ? wayOf({ to, via }, { device: link.device, subnet, neighbour })
    : refuse(`${via} is not on the network of the pod`);
}
