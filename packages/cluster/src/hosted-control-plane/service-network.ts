import { isIPv4 } from 'node:net';
import type { Cluster } from '../kinds/cluster.ts';

const defaultServiceNetwork = '10.96.0.0/12';

/** What all parts of a cluster know of its networks. */
export interface ClusterNetwork {
  readonly services: string;
  readonly pods: string | undefined;
  readonly domain: string;
  /** The address of the API server as a Service. */
  readonly apiServerAddress: string;
  /** The address of the DNS server as a Service. */
  readonly dnsAddress: string;
}

/** Pure. Returns the networks of a cluster; `undefined` if those of its Services are not of IPv4. */
export function networkOf({ spec: { clusterNetwork = {} } }: Cluster): ClusterNetwork | undefined {
  const services = clusterNetwork.services?.cidrBlocks.join(',') ?? defaultServiceNetwork;
  const [first = ''] = services.split(',');
  const [apiServerAddress, dnsAddress] = [addressIn(first, 1), addressIn(first, 10)];
  if (apiServerAddress === undefined || dnsAddress === undefined) return undefined;
  return {
    services,
    pods: clusterNetwork.pods?.cidrBlocks.join(','),
    domain: clusterNetwork.serviceDomain ?? 'cluster.local',
    apiServerAddress,
    dnsAddress,
  };
}

/** Pure. Returns an address of an IPv4 network, counted from its beginning; `undefined` if there is none. */
function addressIn(network: string, at: number): string | undefined {
  const [, base = '', length = ''] = /^([\d.]+)\/(\d+)$/.exec(network) ?? [];
  const bits = 32 - Number(length);
  if (!isIPv4(base) || bits < 0 || at >= 2 ** bits) return undefined;
  const number = base.split('.').reduce((all, part) => all * 256 + Number(part), 0);
  const found = number - (number % 2 ** bits) + at;
  return [24, 16, 8, 0].map((shift) => Math.floor(found / 2 ** shift) % 256).join('.');
}
