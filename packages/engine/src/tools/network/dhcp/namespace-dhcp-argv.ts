import { join } from 'node:path';
import { netmask, parseIp, withoutPrefix } from '@ignite/api/address/ip-address';
import type { DnsSettings, Route } from '../network.ts';

/** An interface of a guest. */
export interface NamespaceLease {
  /** The number of the bridge that the interface is on. */
  readonly at: number;
  readonly name: string;
  readonly mac: string;
  /** The IPv4 address with its prefix length. */
  readonly address: string;
  readonly mtu: number;
  readonly routes: readonly Route[];
  readonly dns: DnsSettings;
}

/**
 * Pure. Returns the address of the server on a bridge. It is link-local, because every address of the network
 * may be taken.
 */
export const serverAddress = (at: number): string => `169.254.0.${at + 1}`;

/**
 * Pure. Returns the command line of a dnsmasq in a namespace (dnsmasq(8)). The network may have other
 * machines and a DHCP server for them, so requests from other machines than the guest are ignored, and
 * nothing is refused authoritatively.
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
    // An option without a value means that there is no router, where dnsmasq would name itself.
    `--dhcp-option=tag:${tag},option:router${gateway === undefined ? '' : `,${gateway}`}`,
    ...option('classless-static-route', routes.flatMap(classless)),
    ...(servers.length > 0 ? option('dns-server', servers) : [`--dhcp-option=tag:${tag},option:dns-server`]),
    ...option('domain-search', lease.dns.search),
    ...option('mtu', [String(lease.mtu)]),
  ];
}

const isIpv4 = (text: string): boolean => text === 'default' || parseIp(text).family === 4;

/** Writes a route as RFC 3442 does, where the gateway 0.0.0.0 means none. */
function classless({ to, via = '0.0.0.0' }: Route): readonly string[] {
  if (to === 'default') return ['0.0.0.0/0', via];
  return [to.includes('/') ? to : `${to}/32`, via];
}
