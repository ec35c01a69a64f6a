import type { InterfaceMode } from '@ignite/api/v1/vm-network';
import { isWithin, parseIp, parseSubnet, withoutPrefix } from '@ignite/api/address/ip-address';
import { interfaceMissing, interfaceUnbridgeable } from '../errors.ts';
import type { InterfaceRequest, Route } from '../network.ts';
import type { NetnsLink } from './netns-links.ts';

/** An interface of the namespace, and what the guest takes over from it. */
export interface PlannedNic {
  /** The name in the namespace. */
  readonly name: string;
  readonly mode: InterfaceMode;
  /** The guest's MAC. */
  readonly mac: string;
  /** Set if the interface must first be given the MAC, because its own is another one. */
  readonly isMacForeign: boolean;
  readonly mtu: number;
  readonly addresses: readonly string[];
  readonly routes: readonly Route[];
}

/**
 * The kinds of devices that share their MAC or filter by it. The kernel refuses them as ports of a bridge
 * (IFF_DONT_BRIDGE).
 */
const unbridgeable = new Set(['macvlan', 'macvtap', 'ipvlan', 'ipvtap']);

/**
 * Pure. Plans the guest's interfaces from those of a namespace: the requested ones, and every other one with
 * an address, as the original Ignite did. eth0 is the first, and the others follow by name.
 * @throws CodedError INTERFACE_MISSING, INTERFACE_UNBRIDGEABLE
 */
export function planNics(
  requests: readonly InterfaceRequest[],
  links: readonly NetnsLink[],
): readonly PlannedNic[] {
  const asked = new Set(requests.map(({ name }) => name));
  const others = links
    .filter(({ name, addresses }) => name !== 'lo' && !asked.has(name) && addresses.length > 0)
    .map(({ name }): InterfaceRequest => ({ kind: 'found', name, mode: 'dhcp-bridge' }));
  const nics = [...requests, ...others].map((request) => planNic(request, links));
  return withOneDefault(nics.sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1)));
}

const rank = (name: string): number => (name === 'eth0' ? 0 : 1);

function planNic(request: InterfaceRequest, links: readonly NetnsLink[]): PlannedNic {
  const { name } = request;
  const link = links.find((each) => each.name === name);
  if (!link)
    throw interfaceMissing(
      name,
      links.map((each) => each.name).filter((each) => each !== 'lo'),
    );
  const cannotBridge = unbridgeable.has(link.kind ?? '');
  const mode = request.mode ?? (cannotBridge ? 'tc-redirect' : 'dhcp-bridge');
  if (mode === 'dhcp-bridge' && cannotBridge) throw interfaceUnbridgeable(name, link.kind ?? '');
  // The original gave no address to an interface that it only redirected, since the guest is expected to know
  // one.
  const takesAddresses = request.kind === 'cni' || mode === 'dhcp-bridge';
  const mac = (request.kind === 'cni' && request.mac) || link.mac;
  return {
    name,
    mode,
    mac,
    isMacForeign: mode === 'tc-redirect' && mac !== link.mac,
    mtu: link.mtu,
    addresses: takesAddresses ? guestAddresses(link) : [],
    routes: takesAddresses ? guestRoutes(link) : [],
  };
}

/** An address whose subnet is not directly connected, as with ptp, is given as the only one of its subnet. */
function guestAddresses({ addresses, routes }: NetnsLink): readonly string[] {
  const direct = routes.filter(({ isConnected }) => isConnected).map(({ to }) => parseSubnet(to));
  return addresses
    .map((address) => ({ address, ip: parseIp(address) }))
    .sort((a, b) => a.ip.family - b.ip.family)
    .map(({ address, ip }) => {
      if (direct.some((subnet) => isWithin(ip, subnet))) return address;
      return `${withoutPrefix(address)}/${ip.family === 4 ? 32 : 128}`;
    });
}

/** Routes to gateways come before the routes that use them. */
function guestRoutes({ routes }: NetnsLink): readonly Route[] {
  const order = ({ to, via }: Route): number => (via === undefined ? 0 : to === 'default' ? 2 : 1);
  return routes
    .filter(({ isConnected }) => !isConnected)
    .map(({ to, via }): Route => (via === undefined ? { to } : { to, via }))
    .sort((a, b) => order(a) - order(b));
}

/** Keeps one default route for each family: that of the first interface which has one. */
function withOneDefault(nics: readonly PlannedNic[]): readonly PlannedNic[] {
  const known = new Set<number>();
  return nics.map((nic) => ({
    ...nic,
    routes: nic.routes.filter(({ to, via }) => {
      if (to !== 'default') return true;
      const family = via === undefined ? 4 : parseIp(via).family;
      const isFirst = !known.has(family);
      known.add(family);
      return isFirst;
    }),
  }));
}
