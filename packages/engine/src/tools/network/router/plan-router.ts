import { ipText, parseSubnet } from '@ignite/api/address/ip-address';
import { poolsOf } from '../cni/address-pool.ts';
import { type ConfList, hostBridge } from '../cni/conf-list.ts';
import * as v from 'valibot';
import { type NftTable, removalLines } from '../firewall/nft.ts';
import type { Translation } from './translation.ts';

/** The distance of the host's address on the link from the last one of the subnet, which is the one for broadcasts. */
const hostEndFromLast = 1n;

/** The name of the router's interface to the host. */
export const uplinkName = 'eth0';
const routerTable: NftTable = { family: 'inet', name: 'ignite-router' };

/**
 * Pure. Returns the IPv4 subnet of a network that can be behind a router: one of a bridge, of which host-local gives out the addresses.
 * Returns `undefined` if there is none.
 */
export function insideSubnet(list: ConfList): string | undefined {
  const [pool, ...more] = poolsOf(list).filter(({ family }) => family === 4);
  return hostBridge(list) === undefined || more.length > 0 ? undefined : pool?.subnet;
}

const ipamSchema = v.looseObject({
  subnet: v.exactOptional(v.string()),
  ranges: v.exactOptional(v.array(v.array(v.looseObject({ subnet: v.string() })))),
});

/**
 * Pure. Returns a network as it is behind a router: the same, with a folder of its own for the addresses that it has given out. It gives out
 * none that corresponds to the address of the host on the link.
 */
export function insideList(list: ConfList, dataDir: string): ConfList {
  const [pool] = poolsOf(list).filter(({ family }) => family === 4);
  const rangeEnd = pool && ipv4(least(pool.end, pool.last - hostEndFromLast - 1n));
  const cut = <T extends object>(range: T & { readonly subnet?: string }): T =>
    pool !== undefined && range.subnet === pool.subnet ? { ...range, rangeEnd } : range;
  const plugins = list.plugins.map((plugin) => {
    const { success, output: ipam } = v.safeParse(ipamSchema, plugin['ipam']);
    if (!success) return plugin;
    const ranges = ipam.ranges?.map((set) => set.map(cut));
    return { ...plugin, ipam: { ...cut(ipam), ...(ranges && { ranges }), dataDir } };
  });
  return { ...list, plugins };
}

const ipv4 = (value: bigint): string => ipText({ family: 4, value });

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The addresses of the two ends between a router and the host, both of the subnet outside. */
interface UplinkEnds {
  readonly router: string;
  readonly host: string;
}

/**
 * Pure. The router has the first address, which corresponds to the usual one of a gateway, and the host the last one, which corresponds to none
 * of a VM.
 */
export function uplinkEnds({ outside }: Translation): UplinkEnds {
  const { first, last } = parseSubnet(outside);
  return { router: ipv4(first + 1n), host: ipv4(last - hostEndFromLast) };
}

/** Pure. Returns the network that connects a router with the host, and which nothing else is on. */
export function uplinkList(translation: Translation, dataDir: string): ConfList {
  const { router, host } = uplinkEnds(translation);
  const range = { subnet: translation.outside, rangeStart: router, rangeEnd: router, gateway: host };
  return {
    cniVersion: '0.4.0',
    name: 'ignite-router',
    plugins: [
      {
        type: 'ptp',
        ipMasq: true,
        ipam: { type: 'host-local', ranges: [[range]], routes: [{ dst: '0.0.0.0/0' }], dataDir },
      },
      { type: 'firewall' },
    ],
  };
}

/**
 * Pure. Returns the lines that build a router's table. Only what comes from the host is translated, so that the policies of VMs behind
 * the router hold among them. What leaves has the address of the router.
 */
export const planRouterTable = ({ inside, outside }: Translation): readonly string[] => [
  ...removalLines(routerTable),
  `table inet ${routerTable.name} {`,
  'chain prerouting {',
  'type nat hook prerouting priority dstnat - 1; policy accept;',
  `iifname "${uplinkName}" ip daddr ${outside} dnat ip prefix to ip daddr map { ${outside} : ${inside} }`,
  '}',
  'chain postrouting {',
  'type nat hook postrouting priority srcnat - 1; policy accept;',
  `oifname "${uplinkName}" ip saddr ${inside} masquerade`,
  '}',
  '}',
];

/**
 * Pure. Returns the arguments of ip(8) by which the host finds the VMs behind a router, through its device of the link. The route that the
 * plugin ptp has made to the router is one of the host itself, through which Linux sends to no gateway unless it is told to.
 */
export const hostRouteArgs = (translation: Translation, device: string): readonly string[] => [
  ...['-4', 'route', 'add', translation.outside],
  ...['via', uplinkEnds(translation).router, 'dev', device, 'onlink'],
];
