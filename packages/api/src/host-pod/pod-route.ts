import { isIP } from 'node:net';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { type Subnet, overlaps, parseIp, parseSubnet, withoutPrefix } from '../address/ip-address.ts';

/** The routes that a pod has at most. */
export const maxRoutes = 1_024;

/** The shortest prefixes of a destination. A shorter one would be nearly everything, and take the place of the default route. */
const shortestPrefix = { 4: 8, 6: 16 } as const;

/** Loopback, link-local and multicast addresses, which are nowhere else than where they are used. */
const unroutable = [
  ...['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'],
  ...['::/16', 'fe80::/10', 'ff00::/8'],
].map(parseSubnet);

/** Tells whether a text is a subnet to which a pod may have a route. */
function isDestination(text: string): boolean {
  try {
    const subnet = parseSubnet(text);
    const [, prefix] = /^[\da-fA-F.:]+\/([1-9]\d{0,2})$/.exec(text) ?? [];
    return (
      Number(prefix) >= shortestPrefix[subnet.family] &&
      parseIp(text).value === subnet.first &&
      !unroutable.some((each) => overlaps(each, subnet))
    );
  } catch {
    return false;
  }
}

const routeSchema = v.pipe(
  v.strictObject({
    to: described(
      'Subnet to which the route leads.',
      v.pipe(
        v.string(),
        v.maxLength(64),
        v.check(isDestination, 'must be a subnet that can be routed, such as 10.244.1.0/24'),
      ),
    ),
    via: described(
      'Neighbour on the network of the pod that passes packets on.',
      v.pipe(v.string(), v.ip('must be an IP address'), v.regex(/^[\da-fA-F.:]+$/, 'must have no zone')),
    ),
  }),
  v.check(({ to, via }) => isIP(withoutPrefix(to)) === isIP(via), 'must have addresses of one family'),
);

/** A way to addresses that are behind a neighbour of a pod. */
export type PodRoute = v.InferOutput<typeof routeSchema>;

/** Pure. Tells whether a pod may ask for a route. */
export const isPodRoute = (route: PodRoute): boolean => v.is(routeSchema, route);

export const routesSchema = v.pipe(
  v.array(routeSchema),
  v.maxLength(maxRoutes),
  v.check((routes) => {
    // The routes are looked at too if one of them is refused.
    const keys = routes.filter(isPodRoute).map(({ to }) => subnetKey(parseSubnet(to)));
    return new Set(keys).size === keys.length;
  }, 'must lead to different subnets'),
);

/** Pure. Returns a text that is the same for all spellings of a subnet. */
export const subnetKey = ({ family, first, last }: Subnet): string => `${family} ${first} ${last}`;
