import type { CloudInit } from '@ignite/api/v1/cloud-init';
import type { SeedInterface } from '../kernel/seed.ts';

/** What cloud-init is told of a VM that says nothing else. */
export interface CloudInitFacts {
  readonly vmUid: string;
  readonly hostname: string;
  readonly interfaces: readonly SeedInterface[];
  readonly dns: { readonly servers: readonly string[]; readonly search: readonly string[] };
  readonly authorizedKeys: readonly string[];
}

/**
 * Pure. The files of cloud-init's data source NoCloud, by name. Ours are JSON, which is YAML too. The vendor data holds
 * what Ignite needs and user data may change: root is let in by the key as in every VM, and the host key that Ignite
 * has made and pinned is kept.
 */
export function cloudInitSeed(cloudInit: CloudInit, facts: CloudInitFacts): Readonly<Record<string, string>> {
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

/** Version 2 of cloud-init's network configuration: the interfaces that have addresses, known by their MACs. */
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

/** Older releases know no `to: default`. A gateway that needs a route of its own is said to be on the link. */
function routesOf(routes: SeedInterface['routes']): readonly object[] {
  const onLink = new Set(routes.flatMap(({ to, via }) => (via === undefined ? [to] : [])));
  return routes.flatMap(({ to, via }) => {
    if (via === undefined) return [];
    const anywhere = via.includes(':') ? '::/0' : '0.0.0.0/0';
    return [{ to: to === 'default' ? anywhere : to, via, ...(onLink.has(via) && { 'on-link': true }) }];
  });
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
