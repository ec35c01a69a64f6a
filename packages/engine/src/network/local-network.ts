import { mkdir, readFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { type AttachmentRecord, AttachmentRecords } from './attachment-record.ts';
import { Cni, type CniResult } from './cni.ts';
import { type ConfList, type DefaultNetwork, hostBridge, loadConfList } from './conf-list.ts';
import { Dnsmasq } from './dnsmasq.ts';
import { assertPortsFree } from './host-ports.ts';
import { ipBatch } from './ip-batch.ts';
import { Netns, netnsPath } from './netns.ts';
import type { Attachment, AttachRequest, Network, NetworkObservation } from './network.ts';
import { planHandOver, tapName } from './plan-attach.ts';
import { ensureMasqueradeChain, removeMasquerade, removeUnusedCniChains } from './cni-chains.ts';

const ifName = 'eth0';

export interface LocalNetworkOptions {
  /** For records and dnsmasq's files. */
  readonly dir: string;
  readonly locksDir: string;
  readonly confDir: string;
  readonly fallback: DefaultNetwork;
  readonly env: NodeJS.ProcessEnv;
}

/** VMs on this host's CNI network, each in a network namespace of its own. Changes are made one at a time. */
export class LocalNetwork implements Network {
  readonly #options: LocalNetworkOptions;
  readonly #runner: Runner;
  readonly #cni: Cni;
  readonly #netns: Netns;
  readonly #records: AttachmentRecords;
  readonly #dnsmasq: Dnsmasq;

  constructor(options: LocalNetworkOptions, runner: Runner) {
    this.#options = options;
    this.#runner = runner;
    this.#cni = new Cni(runner, options.env);
    this.#netns = new Netns(runner);
    this.#records = new AttachmentRecords(options.dir);
    this.#dnsmasq = new Dnsmasq(join(options.dir, 'dnsmasq'), runner);
  }

  async observe(uid: string): Promise<NetworkObservation> {
    const [record, netns] = await Promise.all([this.#records.read(uid), this.#netns.exists(uid)]);
    if (!record && !netns) return { state: 'absent' };
    return record?.attachment && netns
      ? { state: 'attached', attachment: record.attachment }
      : { state: 'partial' };
  }

  async attach(request: AttachRequest, signal: AbortSignal): Promise<Attachment> {
    await mkdir(this.#options.dir, { recursive: true, mode: 0o755 });
    using _lock = await this.#lock(signal);
    const found = await this.observe(request.uid);
    if (found.state === 'attached') return found.attachment;
    if (found.state === 'partial') await this.#detach(request.uid, signal);
    const others = (await this.#records.all()).filter(({ uid }) => uid !== request.uid);
    await assertPortsFree(
      request.ports,
      others.flatMap(({ ports }) => ports),
    );

    const list = await loadConfList(this.#options.confDir, this.#options.fallback);
    const record: AttachmentRecord = { uid: request.uid, name: request.name, ports: request.ports, list };
    await this.#records.write(record);
    await this.#netns.ensure(request.uid, signal);
    const result = await this.#add(record, request.address, signal);
    await ipBatch(request.uid, planHandOver(ifName, request.vmmUid), this.#runner, signal);
    const attachment = await this.#publish(record, result, signal);
    await this.#records.write({ ...record, result, attachment });
    return attachment;
  }

  async detach(uid: string, signal: AbortSignal): Promise<void> {
    using _lock = await this.#lock(signal);
    await this.#detach(uid, signal);
  }

  async #detach(uid: string, signal: AbortSignal): Promise<void> {
    const [record, netns] = await Promise.all([this.#records.read(uid), this.#netns.exists(uid)]);
    if (record) {
      await this.#netns.ensure(uid, signal);
      const address = record.result && guestAddress(record.result)?.address;
      if (address && netns) await this.#takeBack(uid, address, signal);
      const attachment = attachmentOf(record);
      if (!record.attachment)
        await ensureMasqueradeChain(record.list.name, attachment.containerId, this.#runner, signal);
      await this.#cni.del(record.list, attachment, record.result, signal);
      await removeMasquerade(record.list.name, attachment.containerId, this.#runner, signal);
      await this.#dnsmasq.withdraw(uid);
    }
    if (record || netns) await this.#netns.remove(uid, signal);
    await this.#records.remove(uid); // last: until here a repetition finds what to undo
    if (record && (await this.#records.all()).length === 0) await this.#removeShared(record.list, signal);
  }

  async #add(record: AttachmentRecord, address: string | undefined, signal: AbortSignal): Promise<CniResult> {
    const attachment = attachmentOf(record);
    const onResult = (result: CniResult) => this.#records.write({ ...record, result });
    if (address !== undefined) {
      try {
        return await this.#cni.add(record.list, { ...attachment, address }, onResult, signal);
      } catch (failure) {
        if (!hasCode(failure, 'CNI_FAILED')) throw failure;
        await this.#cni.del(record.list, attachment, undefined, signal); // someone else has that address by now
      }
    }
    return await this.#cni.add(record.list, attachment, onResult, signal);
  }

  async #publish(record: AttachmentRecord, result: CniResult, signal: AbortSignal): Promise<Attachment> {
    const ip = guestAddress(result);
    const mac = result.interfaces.find((link) => link.name === ifName && link.sandbox)?.mac;
    if (!ip || !mac) throw new Error(`the CNI network "${record.list.name}" gave no IPv4 address and MAC`);
    const gateway = ip.gateway ?? '';
    const [address = '', prefixLength = '32'] = ip.address.split('/');
    const bridge = hostBridge(record.list);
    const serves = bridge !== undefined && gateway !== '';
    if (serves) {
      const lease = { uid: record.uid, name: record.name, mac, address };
      await this.#dnsmasq.publish(lease, { bridge, gateway, prefixLength: Number(prefixLength) }, signal);
    }
    const dns = serves ? [gateway] : await hostNameservers();
    return { netnsPath: netnsPath(record.uid), tap: tapName, mac, address: ip.address, gateway, dns };
  }

  /** Gives eth0 its address back, by which the plugins find at DEL what they made at ADD. */
  async #takeBack(uid: string, address: string, signal: AbortSignal): Promise<void> {
    try {
      await ipBatch(uid, [`address replace ${address} dev ${ifName}`], this.#runner, signal);
    } catch (failure) {
      if (!(failure instanceof ToolFailedError)) throw failure; // there is no eth0 when an ADD or a DEL was cut short
    }
  }

  /** What belongs to no VM alone goes with the last one. */
  async #removeShared(list: ConfList, signal: AbortSignal): Promise<void> {
    await this.#dnsmasq.stop();
    const bridge = hostBridge(list);
    if (bridge === this.#options.fallback.bridge) await removeBridge(bridge, this.#runner, signal);
    await removeUnusedCniChains(this.#runner, signal);
  }

  async #lock(signal: AbortSignal): Promise<Disposable> {
    return await acquireLock(this.#options.locksDir, 'network', signal);
  }
}

function attachmentOf(record: AttachmentRecord) {
  return {
    containerId: `ignite-${record.uid}`,
    netnsPath: netnsPath(record.uid),
    ifName,
    ports: record.ports,
  };
}

const guestAddress = (result: CniResult) =>
  result.ips.find(({ address }) => isIPv4(address.split('/')[0] ?? ''));

async function removeBridge(bridge: string, runner: Runner, signal: AbortSignal): Promise<void> {
  try {
    await runner.run({ tool: 'ip', args: ['link', 'delete', bridge, 'type', 'bridge'] }, signal);
  } catch (failure) {
    if (failure instanceof ToolFailedError && failure.stderr.includes('Cannot find device')) return;
    throw failure;
  }
}

async function hostNameservers(): Promise<readonly string[]> {
  const servers = (await readFile('/etc/resolv.conf', 'utf8')).matchAll(/^nameserver\s+(\S+)/gm);
  return [...servers]
    .map((match) => match[1]!)
    .filter((server) => !server.startsWith('127.') && server !== '::1');
}
