import { formatIpv4, parseSubnet } from '@ignite/api/address/ip-address';
import { poolsOf } from '../cni/address-pool.ts';
import { type ConfList, hostBridge } from '../cni/conf-list.ts';
import { type NftTable, removalLines } from '../firewall/nft.ts';
import type { Translation } from './translation.ts';

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

/** Pure. Returns a network as it is behind a router: the same, with a folder of its own for the addresses that it has given out. */
export const insideList = (list: ConfList, dataDir: string): ConfList => ({
  ...list,
  plugins: list.plugins.map((plugin) => {
    const { ipam } = plugin;
    return typeof ipam === 'object' && ipam !== null ? { ...plugin, ipam: { ...ipam, dataDir } } : plugin;
  }),
});

/** The addresses of the two ends between a router and the host, both of the subnet outside. */
interface UplinkEnds {
  readonly router: string;
  readonly host: string;
}

/** Pure. The router has the first address, which corresponds to the usual one of a gateway, and the host the last one. */
export function uplinkEnds({ outside }: Translation): UplinkEnds {
  const { first, last } = parseSubnet(outside);
  return { router: formatIpv4(first + 1n), host: formatIpv4(last - 1n) };
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
