import type { InterfaceRecord } from '../cni/attachment-record.ts';
import { hostBridge } from '../cni/conf-list.ts';
import type { DnsmasqNetwork } from './dnsmasq-argv.ts';

/**
 * Pure. Returns the network that dnsmasq serves for an interface: a bridge of this host that has addresses.
 * Returns `undefined` if there is none.
 */
export function bridgedNetwork({ list, result }: InterfaceRecord, mtu: number): DnsmasqNetwork | undefined {
  const bridge = hostBridge(list);
  const hasAddress = list.plugins.some(
    ({ isGateway, isDefaultGateway }) => isGateway === true || isDefaultGateway === true,
  );
  if (bridge === undefined || !hasAddress || !result) return undefined;
  const gateways = result.ips.flatMap(({ address, gateway }) =>
    gateway === undefined ? [] : [`${gateway}/${address.split('/')[1] ?? ''}`],
  );
  if (gateways.length === 0) return undefined;
  const isRouter = result.routes.some(({ dst }) => dst === '0.0.0.0/0' || dst === '::/0');
  return { bridge, gateways, isRouter, mtu };
}
