import type { Runner } from '@ignite/toolkit/process/runner';
import * as v from 'valibot';
import { netnsName } from './netns.ts';

/** The mark of the routes that a pod asks for: one of the protocols that Linux leaves to everybody (/etc/iproute2/rt_protos). */
export const podProtocol = '96';

const linkSchema = v.object({
  ifname: v.string(),
  address: v.optional(v.string(), ''),
  mtu: v.number(),
  linkinfo: v.optional(v.object({ info_kind: v.optional(v.string()) })),
  addr_info: v.array(
    v.object({ family: v.string(), local: v.string(), prefixlen: v.number(), scope: v.string() }),
  ),
});
const routeSchema = v.object({
  type: v.string(),
  dst: v.string(),
  gateway: v.optional(v.string()),
  dev: v.optional(v.string()),
  table: v.string(),
  protocol: v.string(),
});

/** A network device in the namespace of a VM or a pod, as the plugins have left it. */
export interface NetnsLink {
  readonly name: string;
  /** The kind, such as `veth` or `macvlan`; absent for hardware. */
  readonly kind?: string;
  readonly mac: string;
  readonly mtu: number;
  /** The addresses of global scope, with prefix lengths. */
  readonly addresses: readonly string[];
  readonly routes: readonly NetnsRoute[];
}

export interface NetnsRoute {
  /** The destination: `default`, a subnet or an address. */
  readonly to: string;
  readonly via?: string;
  /** Set if the kernel made the route because the device has an address there. */
  readonly isConnected: boolean;
  /** Set if a pod has asked for the route. */
  readonly isOfPod?: true;
}

/** Lists the devices of the namespace of a VM or a pod with their addresses and routes, through `ip`. */
export async function netnsLinks(
  uid: string,
  runner: Runner,
  signal: AbortSignal,
): Promise<readonly NetnsLink[]> {
  const args = ['-netns', netnsName(uid), '-details', '-json', '-batch', '-'];
  const stdin = 'address show\nroute show table all\n';
  return parseNetnsLinks((await runner.run({ tool: 'ip', args, stdin }, signal)).stdout);
}

/** Pure. Parses two lines of JSON: addresses, then routes. Without routes, there is no second line. */
export function parseNetnsLinks(stdout: string): readonly NetnsLink[] {
  const [addresses = '[]', routes = '[]'] = stdout.split('\n').filter(Boolean);
  const unicast = v
    .parse(v.array(routeSchema), JSON.parse(routes))
    .filter(({ type, table, dst }) => type === 'unicast' && table === 'main' && !dst.startsWith('fe80:'));
  return v.parse(v.array(linkSchema), JSON.parse(addresses)).map((link) => ({
    name: link.ifname,
    ...(link.linkinfo?.info_kind !== undefined && { kind: link.linkinfo.info_kind }),
    mac: link.address,
    mtu: link.mtu,
    addresses: link.addr_info
      .filter(({ scope }) => scope === 'global')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    routes: unicast
      .filter(({ dev }) => dev === link.ifname)
      .map(({ dst, gateway, protocol }) => ({
        to: dst,
        ...(gateway !== undefined && { via: gateway }),
        isConnected: protocol === 'kernel',
        ...(protocol === podProtocol && { isOfPod: true }),
      })),
  }));
}
