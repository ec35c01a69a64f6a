import { join } from 'node:path';
import { netmask, parseIp, withoutPrefix } from '../address/ip-address.ts';
import type { DnsSettings, Route } from '../network.ts';

/** One interface of one guest. */
export interface NamespaceLease {
  /** The number of the bridge that it is behind. */
  readonly at: number;
  readonly name: string;
  readonly mac: string;
  /** IPv4, with the prefix length. */
  readonly address: string;
  readonly mtu: number;
  readonly routes: readonly Route[];
  readonly dns: DnsSettings;
}

/** Pure. Of the server on a bridge: link-local, since every address of the network is someone's. */
export const serverAddress = (at: number): string => `169.254.0.${at + 1}`;

/**
 * Pure. See dnsmasq(8). The network may have other machines, and a server of its own for them: what is not from our
 * guest is ignored, and nothing is refused with authority.
 */
export function namespaceDhcpArgv(dir: string, leases: readonly NamespaceLease[]): readonly string[] {
  return [
    '--conf-file=/dev/null',
    `--pid-file=${join(dir, 'dnsmasq.pid')}`,
    '--port=0',
    '--except-interface=lo',
    '--bind-dynamic',
    '--dhcp-ignore=tag:!known',
    ...leases.flatMap(leaseArgv),
    `--dhcp-leasefile=${join(dir, 'dnsmasq.leases')}`,
    '--no-ping',
    '--quiet-dhcp',
  ];
}

function leaseArgv(lease: NamespaceLease): readonly string[] {
  const { at, mac, name } = lease;
  const address = withoutPrefix(lease.address);
  const tag = `br${at}`;
  const routes = lease.routes.filter(({ to, via }) => isIpv4(to) && (via === undefined || isIpv4(via)));
  const servers = lease.dns.servers.filter(isIpv4);
  const option = (option: string, values: readonly string[]): readonly string[] =>
    values.length === 0 ? [] : [`--dhcp-option=tag:${tag},option:${option},${values.join(',')}`];
  const gateway = routes.find(({ to }) => to === 'default')?.via;
  return [
    `--interface=${tag}`,
    `--shared-network=${tag},${address}`,
    `--dhcp-range=set:${tag},${address},static,${netmask(lease.address)},infinite`,
    `--dhcp-host=${mac},${address},${name},infinite`,
    // Without a value it says that there is none, in place of the server itself.
    `--dhcp-option=tag:${tag},option:router${gateway === undefined ? '' : `,${gateway}`}`,
    ...option('classless-static-route', routes.flatMap(classless)),
    ...(servers.length > 0 ? option('dns-server', servers) : [`--dhcp-option=tag:${tag},option:dns-server`]),
    ...option('domain-search', lease.dns.search),
    ...option('mtu', [String(lease.mtu)]),
  ];
}

const isIpv4 = (text: string): boolean => text === 'default' || parseIp(text).family === 4;

/** RFC 3442: a gateway of 0.0.0.0 is none. */
function classless({ to, via = '0.0.0.0' }: Route): readonly string[] {
  if (to === 'default') return ['0.0.0.0/0', via];
  return [to.includes('/') ? to : `${to}/32`, via];
}
