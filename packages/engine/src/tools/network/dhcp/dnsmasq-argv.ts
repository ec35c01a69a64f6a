import { join } from 'node:path';
import { netmask, parseIp } from '@ignite/api/address/ip-address';
import type { DnsSettings } from '../network.ts';

/** A VM's interface on a network, with its name, MAC and addresses. */
export interface Lease {
  /** The name of the lease's files. */
  readonly id: string;
  readonly name: string;
  readonly mac: string;
  /** The addresses without prefix lengths. */
  readonly addresses: readonly string[];
  readonly dns: DnsSettings;
}

export interface DnsmasqNetwork {
  readonly bridge: string;
  /** The addresses of the bridge with the prefix lengths of their subnets, at most one of each family. */
  readonly gateways: readonly string[];
  /** True if guests use the gateways as their default route. */
  readonly isRouter: boolean;
  /** The MTU in bytes. */
  readonly mtu: number;
}

/**
 * Pure. Returns the command line of a dnsmasq (dnsmasq(8)). Addresses are leased by MAC only, so an unknown
 * machine on the bridge gets none. It logs to syslog, because dnsmasq gives any log file, even /dev/null, to
 * the user that it runs as.
 */
export function dnsmasqArgv(dir: string, network: DnsmasqNetwork, resolvFile?: string): readonly string[] {
  const hasIpv6 = network.gateways.some((gateway) => parseIp(gateway).family === 6);
  return [
    '--conf-file=/dev/null',
    `--pid-file=${join(dir, 'dnsmasq.pid')}`,
    `--interface=${network.bridge}`,
    '--except-interface=lo',
    '--bind-dynamic',
    '--no-hosts',
    ...(resolvFile === undefined ? [] : [`--resolv-file=${resolvFile}`]),
    '--domain-needed',
    `--hostsdir=${join(dir, 'names')}`,
    `--dhcp-hostsdir=${join(dir, 'leases')}`,
    `--dhcp-optsdir=${join(dir, 'options')}`,
    ...network.gateways.flatMap((gateway) => rangeArgv(gateway, network.isRouter)),
    `--dhcp-option=option:mtu,${network.mtu}`,
    ...(hasIpv6 ? ['--enable-ra', '--quiet-dhcp6', '--quiet-ra'] : []),
    ...(hasIpv6 && !network.isRouter ? [`--ra-param=${network.bridge},0,0`] : []),
    `--dhcp-leasefile=${join(dir, 'dnsmasq.leases')}`,
    '--dhcp-authoritative',
    '--dhcp-ignore-names', // a guest has no say in what names mean to others
    '--no-ping',
    '--quiet-dhcp',
  ];
}

function rangeArgv(gateway: string, isRouter: boolean): readonly string[] {
  const [address = '', length = ''] = gateway.split('/');
  if (parseIp(gateway).family === 6) return [`--dhcp-range=${address},static,${length},infinite`];
  return [
    `--dhcp-range=${address},static,${netmask(gateway)},infinite`,
    `--dhcp-option=option:router${isRouter ? `,${address}` : ''}`,
  ];
}

/**
 * Returns the host name that the guest is told. dnsmasq also resolves it, without its domain, so a name in a
 * domain is only resolved by the file of names.
 */
const hostNameOf = ({ name }: Lease): readonly string[] => (name.includes('.') ? [] : [name]);

/** Pure. Returns the files of a lease, by the folders that they are in. */
export function leaseFiles(lease: Lease): Readonly<Record<'names' | 'leases' | 'options', string>> {
  const { servers, search } = lease.dns;
  const families = lease.addresses.map((address) => ({ address, family: parseIp(address).family }));
  const words = families.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
  const tag = `tag:${lease.id}`;
  const serversOf = (family: 4 | 6): readonly string[] =>
    servers.filter((server) => parseIp(server).family === family);
  const option = (name: string, values: readonly string[]): string =>
    values.length === 0 ? '' : `${tag},${name},${values.join(',')}\n`;
  return {
    names: lease.addresses.map((address) => `${address} ${lease.name}\n`).join(''),
    leases: `${[lease.mac, `set:${lease.id}`, ...words, ...hostNameOf(lease), 'infinite'].join(',')}\n`,
    options: [
      option('option:dns-server', serversOf(4)),
      option(
        'option6:dns-server',
        serversOf(6).map((server) => `[${server}]`),
      ),
      option('option:domain-search', search),
      option('option6:domain-search', search),
    ].join(''),
  };
}
