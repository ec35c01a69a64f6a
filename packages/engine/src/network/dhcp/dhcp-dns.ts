import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess } from '@ignite/toolkit/process/pid';
import type { Runner } from '@ignite/toolkit/process/runner';
import { parseIp, withoutPrefix } from '../address/ip-address.ts';
import { type AttachmentRecord, type InterfaceRecord, cniAttachment } from '../cni/attachment-record.ts';
import type { PlannedNic } from '../link/plan-nics.ts';
import type { AttachRequest, DnsSettings } from '../network.ts';
import { bridgedNetwork } from './bridged-network.ts';
import type { Lease } from './dnsmasq-argv.ts';
import { dnsmasqPid } from './dnsmasq-pid.ts';
import { Dnsmasq } from './dnsmasq.ts';
import { hostNameservers } from './host-nameservers.ts';
import type { NamespaceLease } from './namespace-dhcp-argv.ts';
import { NamespaceDhcp } from './namespace-dhcp.ts';

const noDns: DnsSettings = { servers: [], search: [], options: [] };

/** What answers guests that ask by DHCP, and for names: a server for each bridge of this host, or one in the namespace. */
export class DhcpDns {
  readonly #dir: string;
  readonly #runner: Runner;
  readonly #namespace: NamespaceDhcp;

  constructor(dir: string, runner: Runner) {
    this.#dir = dir;
    this.#runner = runner;
    this.#namespace = new NamespaceDhcp(join(dir, 'dhcp'), runner);
  }

  /** Has the servers know the VM. Resolves with the DNS servers that its guest shall ask. */
  async publish(
    nics: readonly PlannedNic[],
    record: AttachmentRecord,
    { uid, name, dns }: AttachRequest,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const servers: string[] = [];
    const served = new Set<string>();
    for (const [at, made] of record.interfaces.entries()) {
      const nic = nics.find((each) => each.name === made.name);
      const network = bridgedNetwork(made, nic?.mtu ?? 0);
      if (!nic || !network) continue;
      const id = leaseId(record, made, at);
      await this.#onBridge(made.list.name).publish(leaseOf(nic, { id, name, dns }), network, signal);
      servers.push(...network.gateways.slice(0, 1).map(withoutPrefix));
      served.add(nic.name);
    }
    // Another network's server knows no more, except its own VMs' names, which it would be asked for too late.
    const known = servers.length > 0 ? servers.slice(0, 1) : await hostNameservers();
    const told = dns.servers.length > 0 ? dns : { ...dns, servers: known };
    const leases = nics.flatMap((nic, at) => (served.has(nic.name) ? [] : namespaceLease(nic, at)));
    if (leases.length > 0)
      await this.#namespace.serve(
        uid,
        leases.map((lease) => ({ ...lease, name, dns: told })),
        signal,
      );
    return known;
  }

  /** Where names are answered for; a server in the namespace knows none. */
  async rename(record: AttachmentRecord, name: string): Promise<void> {
    for (const [at, made] of record.interfaces.entries()) {
      const nic = record.attachment?.nics.find((each) => each.name === made.name);
      if (!nic) continue;
      const id = leaseId(record, made, at);
      await this.#onBridge(made.list.name).rename(leaseOf(nic, { id, name, dns: noDns }));
    }
  }

  /** Whether Ignite 0.1.0 has left the one server that it had, or files of it. */
  hasOldServer(): boolean {
    const names = join(this.#dir, 'dnsmasq', 'names');
    return existsSync(names) && !existsSync(join(names, 'names')); // which a network of that very name has
  }

  /** Has each network's own server take the place of the old one, for the VMs that are up. */
  async replaceOldServer(records: readonly AttachmentRecord[], signal: AbortSignal): Promise<void> {
    const old = join(this.#dir, 'dnsmasq');
    const pid = await dnsmasqPid(join(old, 'dnsmasq.pid'));
    if (pid !== undefined) await endProcess(pid, signal);
    for (const record of records) {
      const [made, nic] = [record.interfaces[0], record.attachment?.nics[0]];
      const network = made && nic && bridgedNetwork(made, nic.mtu);
      if (!network) continue;
      const lease = leaseOf(nic, { id: leaseId(record, made, 0), name: record.name, dns: noDns });
      await this.#onBridge(made.list.name).publish(lease, network, signal);
    }
    for (const file of ['dnsmasq.pid', 'dnsmasq.leases', 'leases', 'names'])
      await rm(join(old, file), { recursive: true, force: true }); // the names last: until then it is all done again
  }

  /** However far `publish` came. */
  async withdraw(record: AttachmentRecord, signal: AbortSignal): Promise<void> {
    await this.#namespace.stop(record.uid, signal);
    for (const [at, made] of record.interfaces.entries())
      await this.#onBridge(made.list.name).withdraw(leaseId(record, made, at), signal);
  }

  #onBridge(network: string): Dnsmasq {
    return new Dnsmasq(join(this.#dir, 'dnsmasq', network), this.#runner);
  }
}

/** Pure. A server's files are named as the plugins know the interface. */
const leaseId = (record: AttachmentRecord, { name }: InterfaceRecord, at: number): string =>
  cniAttachment(record, name, at).containerId;

/** Pure. */
const leaseOf = (
  { mac, addresses }: Pick<PlannedNic, 'mac' | 'addresses'>,
  more: Pick<Lease, 'id' | 'name' | 'dns'>,
): Lease => ({ ...more, mac, addresses: addresses.map(withoutPrefix) });

/** Pure. Of an interface that is redirected to, or has no IPv4 address, the guest asks whoever is on the link. */
function namespaceLease(nic: PlannedNic, at: number): readonly Omit<NamespaceLease, 'name' | 'dns'>[] {
  const address = nic.addresses.find((each) => parseIp(each).family === 4);
  if (nic.mode !== 'dhcp-bridge' || address === undefined) return [];
  const { mac, mtu, routes } = nic;
  return [{ at, mac, address, mtu, routes }];
}
