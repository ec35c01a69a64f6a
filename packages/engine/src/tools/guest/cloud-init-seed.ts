import type { CloudInit } from '@ignite/api/v1/cloud-init';
import type { SeedInterface } from '../kernel/seed.ts';

/** The facts of a VM from which cloud-init's default configuration is made. */
export interface CloudInitFacts {
  readonly vmUid: string;
  readonly hostname: string;
  readonly interfaces: readonly SeedInterface[];
  readonly dns: { readonly servers: readonly string[]; readonly search: readonly string[] };
  readonly authorizedKeys: readonly string[];
}

/** The files of cloud-init's data source NoCloud, by name. */
export type CloudInitSeed = Readonly<
  Record<'user-data' | 'meta-data' | 'network-config' | 'vendor-data', string>
>;

/**
 * Pure. Returns the files of cloud-init's data source NoCloud, by name. Generated files are JSON, which is
 * YAML too. The vendor data contains what Ignite needs and what user data may change: it authorizes the VM's
 * key for root, and keeps the host key that Ignite has made and pinned.
 */
export function cloudInitSeed(
  cloudInit: Omit<CloudInit, 'userDataSecretRef'>,
  facts: CloudInitFacts,
): CloudInitSeed {
  return {
    'user-data': cloudInit.userData ?? '',
    'meta-data': cloudInit.metaData ?? json(metaData(facts)),
    'network-config': cloudInit.networkConfig ?? json(networkConfig(facts)),
    'vendor-data': `#cloud-config\n${json({ disable_root: false, ssh_deletekeys: false })}`,
  };
}

const metaData = ({ vmUid, hostname, authorizedKeys }: CloudInitFacts): object => ({
  'instance-id': vmUid,
  'local-hostname': hostname,
  ...(authorizedKeys.length > 0 && { 'public-keys': authorizedKeys }),
});

/**
 * Returns version 2 of cloud-init's network configuration. It contains the interfaces that have addresses,
 * identified by their MACs.
 */
function networkConfig({ interfaces, dns }: CloudInitFacts): object {
  const ethernets = interfaces.flatMap(({ mac, mtu, addresses, routes }, at) => {
    if (addresses.length === 0) return [];
    const name = `eth${at}`;
    const nameservers = at === 0 && { addresses: dns.servers, search: dns.search };
    const config = {
      match: { macaddress: mac },
      'set-name': name,
      mtu,
      dhcp4: false,
      addresses,
      routes: routesOf(routes),
      ...(nameservers && { nameservers }),
    };
    return [[name, config] as const];
  });
  return { version: 2, ethernets: Object.fromEntries(ethernets) };
}

/**
 * Older releases do not support `to: default`. A gateway that needs a route of its own is marked as on-link.
 */
function routesOf(routes: SeedInterface['routes']): readonly object[] {
  const onLink = new Set(routes.flatMap(({ to, via }) => (via === undefined ? [to] : [])));
  return routes.flatMap(({ to, via }) => {
    if (via === undefined) return [];
    const anywhere = via.includes(':') ? '::/0' : '0.0.0.0/0';
    return [{ to: to === 'default' ? anywhere : to, via, ...(onLink.has(via) && { 'on-link': true }) }];
  });
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
