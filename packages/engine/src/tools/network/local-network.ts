import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import type { Runner } from '@ignite/toolkit/process/runner';
import { assertPortsFree, isSamePort } from './address/host-ports.ts';
import { withoutPrefix } from '@ignite/api/address/ip-address';
import { type AttachmentRecord, cniAttachment } from './cni/attachment-record.ts';
import { AttachmentRecords } from './cni/attachment-records.ts';
import { removeUnusedCniChains } from './cni/cni-chains.ts';
import { CniInterfaces } from './cni/cni-interfaces.ts';
import { Cni } from './cni/cni.ts';
import { ConfFolder, type NetworkLists } from './cni/conf-folder.ts';
import { type ConfList, hasCapability, hostBridge } from './cni/conf-list.ts';
import type { NetworkSettings } from './cni/settings.ts';
import { type DemandedLists, assertDemandFits, reservedOn } from './demand.ts';
import { DhcpDns } from './dhcp/dhcp-dns.ts';
import { portsUnsupported } from './errors.ts';
import { Firewall, type KnownAttachments } from './firewall/firewall.ts';
import { HostBridges } from './link/host-bridges.ts';
import { linkBatch } from './link/link-batch.ts';
import { netnsLinks } from './link/netns-links.ts';
import { Netns, netnsPath } from './link/netns.ts';
import { planHandOver, tapName } from './link/plan-hand-over.ts';
import { type PlannedNic, planNics } from './link/plan-nics.ts';
import type {
  Admission,
  Attachment,
  AttachRequest,
  CniInterfaceRequest,
  FirewallFault,
  Network,
  NetworkDemand,
  NetworkObservation,
  Reservation,
  UnreadableAttachment,
} from './network.ts';

/** The time limit for changing rules. An abort does not interrupt it half-way. */
const republishTimeoutMs = 120_000;

export interface LocalNetworkOptions extends NetworkSettings {
  /** The folder of records and of dnsmasq's files. */
  readonly dir: string;
  readonly locksDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where networks are looked up; the default is the folder of this host. */
  readonly lists?: NetworkLists;
  /** The resolv.conf(5) of the servers that names of elsewhere are asked of; the default is the one of this host. */
  readonly resolvFile?: string;
}

/**
 * Attaches VMs to this host's CNI networks, each in a network namespace of its own. Changes are made one at a
 * time.
 */
export class LocalNetwork implements Network {
  readonly #options: LocalNetworkOptions;
  readonly #runner: Runner;
  readonly #lists: NetworkLists;
  readonly #cni: Cni;
  readonly #interfaces: CniInterfaces;
  readonly #netns: Netns;
  readonly #records: AttachmentRecords;
  readonly #bridges: HostBridges;
  readonly #services: DhcpDns;
  readonly #firewall: Firewall;

  constructor(options: LocalNetworkOptions, runner: Runner) {
    this.#options = options;
    this.#runner = runner;
    this.#lists = options.lists ?? new ConfFolder(options.confDir, options.fallback);
    this.#cni = new Cni(runner, options.env);
    this.#interfaces = new CniInterfaces(this.#cni, runner);
    this.#netns = new Netns(runner);
    this.#records = new AttachmentRecords(options.dir);
    this.#bridges = new HostBridges(join(options.dir, 'bridges'), runner);
    this.#services = new DhcpDns(options.dir, runner, options.resolvFile);
    this.#firewall = new Firewall(runner);
  }

  async observe(uid: string): Promise<NetworkObservation> {
    try {
      const [record, netns] = await Promise.all([this.#records.read(uid), this.#netns.exists(uid)]);
      if (!record && !netns) return { state: 'absent' };
      return record?.attachment && netns
        ? { state: 'attached', attachment: record.attachment }
        : { state: 'partial' };
    } catch (failure) {
      if (hasCode(failure, 'NETWORK_RECORD_INVALID')) return { state: 'partial' };
      throw failure;
    }
  }

  async unreadable(): Promise<readonly UnreadableAttachment[]> {
    return (await this.#records.all()).unreadable;
  }

  async validate(demand: NetworkDemand): Promise<void> {
    const others = await this.#others(demand.uid);
    assertDemandFits(beside(demand, others), await this.#listsOf(demand));
  }

  async attach(request: AttachRequest, signal: AbortSignal): Promise<Attachment> {
    await mkdir(this.#options.dir, { recursive: true, mode: 0o755 });
    using _lock = await this.#lock(signal);
    const found = await this.observe(request.uid);
    if (found.state === 'attached') return found.attachment;
    if (found.state === 'partial') await this.#detach(request.uid, signal);
    const lists = await this.#listsOf(request);
    const others = await this.#others(request.uid);
    assertDemandFits(beside(request, others), lists);
    await assertPortsFree(request.ports, portsOf(others), request.shadowsPrograms);

    const { uid, name, ports } = request;
    let record: AttachmentRecord = { uid, name, ports, interfaces: [], ...admissionOf(request) };
    await this.#records.write(record);
    await this.#netns.ensure(uid, signal);
    for (const asked of request.interfaces) {
      if (asked.kind === 'cni') record = await this.#add(record, asked, lists, request, signal);
    }
    const nics = planNics(request.interfaces, await netnsLinks(uid, this.#runner, signal));
    await this.#handOver(nics, request, signal);
    const dns = await this.#services.publish(nics, record, request, signal);
    const attachment = attachmentOf(record, nics, { dns, hasGuest: request.vmmUid !== undefined });
    const attached = { ...record, attachment };
    await this.#firewall.admit(uid, await this.#known(attached), signal);
    await this.#records.write(attached);
    return attachment;
  }

  async changePorts(uid: string, ports: readonly PortMapping[], signal: AbortSignal): Promise<void> {
    using _lock = await this.#lock(signal);
    const record = await this.#records.read(uid);
    const [first] = record?.interfaces ?? [];
    if (!record?.attachment || !first?.result || !(await this.#netns.exists(uid))) return;
    const { isChangingPorts = false, ...before } = record;
    const isIn = (list: readonly PortMapping[]) => (port: PortMapping) =>
      list.some((other) => isSamePort(port, other));
    const added = ports.filter((port) => !isIn(record.ports)(port));
    if (!isChangingPorts && added.length === 0 && record.ports.every(isIn(ports))) return;
    if (ports.length > 0 && !hasCapability(first.list, 'portMappings'))
      throw portsUnsupported(first.list.name);
    await assertPortsFree(added, portsOf(await this.#others(uid)));

    const during: AttachmentRecord = { ...before, ports: [...record.ports, ...added], isChangingPorts: true };
    const after: AttachmentRecord = { ...before, ports };
    await this.#records.write(during);
    await this.#cni.republish(
      first.list,
      { before: cniAttachment(during, first.name, 0), after: cniAttachment(after, first.name, 0) },
      first.result,
      AbortSignal.timeout(republishTimeoutMs),
    );
    await this.#records.write(after);
  }

  async admit(uid: string, admission: Admission, signal: AbortSignal): Promise<void> {
    using _lock = await this.#lock(signal);
    const record = await this.#records.read(uid);
    if (!record?.attachment || !(await this.#netns.exists(uid))) return;
    const { labels: _labels, policy: _policy, ...rest } = record;
    const after: AttachmentRecord = { ...rest, ...admissionOf(admission) };
    if (!isDeepStrictEqual(after, record)) await this.#records.write(after);
    await this.#firewall.admit(uid, await this.#known(after), signal);
  }

  async examineFirewall(signal: AbortSignal): Promise<readonly FirewallFault[]> {
    if (!existsSync(this.#options.dir)) return [];
    using _lock = await this.#lock(signal);
    return await this.#firewall.examine(await this.#known(), signal);
  }

  async restoreFirewall(signal: AbortSignal): Promise<void> {
    if (!existsSync(this.#options.dir)) return;
    using _lock = await this.#lock(signal);
    await this.#firewall.restore(await this.#known(), signal);
  }

  async rename(uid: string, name: string, signal: AbortSignal): Promise<void> {
    using _lock = await this.#lock(signal);
    const record = await this.#records.read(uid);
    if (!record) return;
    await this.#services.rename(record, name);
    await this.#records.write({ ...record, name });
  }

  async detach(uid: string, signal: AbortSignal): Promise<void> {
    using _lock = await this.#lock(signal);
    await this.#detach(uid, signal);
  }

  async #detach(uid: string, signal: AbortSignal): Promise<void> {
    const [record, netns] = await Promise.all([this.#records.read(uid), this.#netns.exists(uid)]);
    if (!record) {
      if (netns) await this.#netns.remove(uid, signal);
      return;
    }
    await this.#netns.ensure(uid, signal);
    await this.#services.withdraw(record, signal);
    for (const at of [...record.interfaces.keys()].toReversed())
      await this.#interfaces.del(record, at, netns, signal);
    await this.#netns.remove(uid, signal);
    const { records, ...known } = await this.#known();
    await this.#firewall.dismiss(
      record,
      { ...known, records: records.filter((other) => other.uid !== uid) },
      signal,
    );
    await this.#removeShared(record, signal);
    await this.#records.remove(uid); // removed last: until then, a repetition finds what to undo
  }

  /** Returns the list of each requested interface on a CNI network. */
  async #listsOf({ interfaces }: NetworkDemand): Promise<DemandedLists> {
    const lists = new Map<CniInterfaceRequest, ConfList>();
    for (const asked of interfaces) {
      if (asked.kind === 'cni')
        lists.set(
          asked,
          await (asked.network === undefined ? this.#lists.default() : this.#lists.named(asked.network)),
        );
    }
    return { of: lists, defaultName: await this.#lists.defaultName() };
  }

  async #add(
    record: AttachmentRecord,
    asked: CniInterfaceRequest,
    lists: DemandedLists,
    { reserved }: AttachRequest,
    signal: AbortSignal,
  ): Promise<AttachmentRecord> {
    const list = lists.of.get(asked)!;
    const at = record.interfaces.length;
    let now: AttachmentRecord = { ...record, interfaces: [...record.interfaces, { name: asked.name, list }] };
    await this.#records.write(now);
    const bridge = hostBridge(list);
    if (bridge !== undefined) await this.#bridges.note(bridge, signal);
    const kept = reservedOn(list.name, reserved, lists.defaultName).flatMap(({ addresses }) => addresses);
    const begun = {
      list,
      attachment: cniAttachment(record, asked.name, at),
      onResult: async (result: Awaited<ReturnType<Cni['add']>>) => {
        now = { ...record, interfaces: [...record.interfaces, { name: asked.name, list, result }] };
        await this.#records.write(now);
      },
    };
    await this.#interfaces.add(begun, { ...asked, reserved: kept }, signal);
    return now;
  }

  async #handOver(
    nics: readonly PlannedNic[],
    { uid, vmmUid }: AttachRequest,
    signal: AbortSignal,
  ): Promise<void> {
    const hasIpv6 = existsSync('/proc/sys/net/ipv6');
    const lines =
      vmmUid === undefined
        ? ['link set dev lo up']
        : nics.flatMap((nic, at) => planHandOver(nic, at, { vmmUid, hasIpv6 }));
    await linkBatch(uid, lines, { runner: this.#runner, signal });
  }

  /** Removes what VMs share with the last VM that is on the network, or on any network. */
  async #removeShared({ uid, interfaces }: AttachmentRecord, signal: AbortSignal): Promise<void> {
    const { records, unreadable } = await this.#records.all();
    if (unreadable.length > 0) return; // their VMs may use any of it
    const others = records.filter((record) => record.uid !== uid);
    const used = new Set(others.flatMap((other) => other.interfaces.map(({ list }) => hostBridge(list))));
    for (const bridge of new Set(interfaces.map(({ list }) => hostBridge(list)))) {
      if (bridge !== undefined && !used.has(bridge)) await this.#bridges.removeUnused(bridge, signal);
    }
    if (others.length === 0) await removeUnusedCniChains(this.#runner, signal);
  }

  /** Returns the recorded attachments, with `changed` in the place of its own record. */
  async #known(changed?: AttachmentRecord): Promise<KnownAttachments> {
    const { records, unreadable } = await this.#records.all();
    const others = records.filter(({ uid }) => uid !== changed?.uid);
    return { records: changed ? [...others, changed] : others, hasUnreadable: unreadable.length > 0 };
  }

  async #others(uid: string): Promise<readonly AttachmentRecord[]> {
    return (await this.#records.all()).records.filter((record) => record.uid !== uid);
  }

  async #lock(signal: AbortSignal): Promise<Disposable> {
    const lock = await acquireLock(this.#options.locksDir, 'network', signal);
    try {
      await this.#takeOver(signal);
      return lock;
    } catch (failure) {
      lock[Symbol.dispose]();
      throw failure;
    }
  }

  /** Takes over the networks of Ignite 0.1.0, which had one server and recorded no bridge. */
  async #takeOver(signal: AbortSignal): Promise<void> {
    if (!this.#services.hasOldServer()) return;
    const { records } = await this.#records.all();
    const { bridge } = this.#options.fallback;
    if (records.some(({ interfaces }) => interfaces.some(({ list }) => hostBridge(list) === bridge)))
      await this.#bridges.adopt(bridge);
    const isUp = await Promise.all(records.map(({ uid }) => this.#netns.exists(uid)));
    await this.#services.replaceOldServer(
      records.filter((_, at) => isUp[at]),
      signal,
    );
  }
}

/** Pure. Returns the fields of a record for an admission. Absent values are left out. */
const admissionOf = ({ labels, policy }: Admission): Pick<AttachmentRecord, 'labels' | 'policy'> => ({
  ...(Object.keys(labels).length > 0 && { labels }),
  ...(policy && { policy }),
});

const portsOf = (records: readonly AttachmentRecord[]): readonly PortMapping[] =>
  records.flatMap(({ ports }) => ports);

/** Pure. Returns the attachment that results from the planned interfaces. */
function attachmentOf(
  { uid, interfaces }: AttachmentRecord,
  nics: readonly PlannedNic[],
  { dns, hasGuest }: { readonly dns: readonly string[]; readonly hasGuest: boolean },
): Attachment {
  return {
    netnsPath: netnsPath(uid),
    nics: nics.map(({ name, mode, mac, mtu, addresses, routes }, at) => {
      const network = interfaces.find((made) => made.name === name)?.list.name;
      return {
        name,
        ...(network !== undefined && { network }),
        ...(hasGuest && { tap: tapName(at) }),
        mac,
        mtu,
        addresses,
        routes,
        ...(mode === 'tc-redirect' && { isRedirected: true }),
      };
    }),
    dns,
  };
}

/** Pure. Adds the addresses that other VMs have now to the reservations of a demand. */
function beside(demand: NetworkDemand, others: readonly AttachmentRecord[]): NetworkDemand {
  return { ...demand, reserved: [...demand.reserved, ...others.flatMap(holdings)] };
}

function holdings({ name: vm, interfaces, attachment }: AttachmentRecord): readonly Reservation[] {
  return interfaces.map(({ name, list, result }) => {
    const mac = attachment?.nics.find((nic) => nic.name === name)?.mac;
    return {
      vm,
      network: list.name,
      addresses: (result?.ips ?? []).map(({ address }) => withoutPrefix(address)),
      ...(mac !== undefined && { mac }),
    };
  });
}
