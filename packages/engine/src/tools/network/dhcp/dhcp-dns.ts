import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess } from '@ignite/toolkit/process/pid';
import type { Runner } from '@ignite/toolkit/process/runner';
import { parseIp, withoutPrefix } from '@ignite/api/address/ip-address';
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

/**
 * Answers guests that ask for addresses by DHCP and for names by DNS: with a server for each bridge of this
 * host, or one in the VM's namespace.
 */
export class DhcpDns {
  readonly #dir: string;
  readonly #runner: Runner;
  readonly #resolvFile: string | undefined;
  readonly #namespace: NamespaceDhcp;

  constructor(dir: string, runner: Runner, resolvFile?: string) {
    this.#dir = dir;
    this.#runner = runner;
    this.#resolvFile = resolvFile;
    this.#namespace = new NamespaceDhcp(join(dir, 'dhcp'), runner);
  }

  /** Publishes the VM to the servers. Resolves with the DNS servers that its guest shall use. */
  async publish(
    nics: readonly PlannedNic[],
    record: AttachmentRecord,
    { uid, name, vmmUid, dns }: AttachRequest,
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
    // The server of another network would only add its own VMs' names, for which it would be asked too late.
    const known = servers.length > 0 ? servers.slice(0, 1) : await hostNameservers();
    const told = dns.servers.length > 0 ? dns : { ...dns, servers: known };
    // Programs use the interfaces as they are: only guests ask.
    const asking = vmmUid === undefined ? [] : nics;
    const leases = asking.flatMap((nic, at) => (served.has(nic.name) ? [] : namespaceLease(nic, at)));
    if (leases.length > 0)
      await this.#namespace.serve(
        uid,
        leases.map((lease) => ({ ...lease, name, dns: told })),
        signal,
      );
    return known;
  }

  /** Renames the VM where names are served. A server in a namespace has none. */
  async rename(record: AttachmentRecord, name: string): Promise<void> {
    for (const [at, made] of record.interfaces.entries()) {
      const nic = record.attachment?.nics.find((each) => each.name === made.name);
      if (!nic) continue;
      const id = leaseId(record, made, at);
      await this.#onBridge(made.list.name).rename(leaseOf(nic, { id, name, dns: noDns }));
    }
  }

  /** Tells whether Ignite 0.1.0 has left its single server or the files of it. */
  hasOldServer(): boolean {
    const names = join(this.#dir, 'dnsmasq', 'names');
    return existsSync(names) && !existsSync(join(names, 'names')); // which a network named `names` has
  }

  /** Replaces the old server by a server for each network, for the VMs that run. */
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
      await rm(join(old, file), { recursive: true, force: true }); // the folder `names` is removed last: until then everything is repeated
  }

  /** Removes the VM from the servers, however far `publish` came. */
  async withdraw(record: AttachmentRecord, signal: AbortSignal): Promise<void> {
    await this.#namespace.stop(record.uid, signal);
    for (const [at, made] of record.interfaces.entries())
      await this.#onBridge(made.list.name).withdraw(leaseId(record, made, at), signal);
  }

  #onBridge(network: string): Dnsmasq {
    return new Dnsmasq(join(this.#dir, 'dnsmasq', network), this.#runner, this.#resolvFile);
  }
}

/** Pure. Returns the name of a lease's files: the identity of the interface for the plugins. */
const leaseId = (record: AttachmentRecord, { name }: InterfaceRecord, at: number): string =>
  cniAttachment(record, name, at).containerId;

/** Pure. Returns the lease of an interface. */
const leaseOf = (
  { mac, addresses }: Pick<PlannedNic, 'mac' | 'addresses'>,
  more: Pick<Lease, 'id' | 'name' | 'dns'>,
): Lease => ({ ...more, mac, addresses: addresses.map(withoutPrefix) });

/**
 * Pure. Returns the lease that a server in the namespace gives an interface. There is none if the interface
 * is redirected or has no IPv4 address: the guest then asks the servers on its link.
 */
function namespaceLease(nic: PlannedNic, at: number): readonly Omit<NamespaceLease, 'name' | 'dns'>[] {
  const address = nic.addresses.find((each) => parseIp(each).family === 4);
  if (nic.mode !== 'dhcp-bridge' || address === undefined) return [];
  const { mac, mtu, routes } = nic;
  return [{ at, mac, address, mtu, routes }];
}
