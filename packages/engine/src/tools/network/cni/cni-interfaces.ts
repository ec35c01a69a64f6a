import { type CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { type Runner, ToolFailedError } from '@ignite/toolkit/process/runner';
import { isSameIp, parseIp, withoutPrefix } from '@ignite/api/address/ip-address';
import { addressIgnored, addressTaken } from '../errors.ts';
import { linkBatch } from '../link/link-batch.ts';
import { poolsOf } from './address-pool.ts';
import { type AttachmentRecord, type InterfaceRecord, cniAttachment } from './attachment-record.ts';
import { type Family, ensureMasqueradeChain, removeMasquerade } from './cni-chains.ts';
import type { Cni, CniAttachment, CniResult } from './cni.ts';
import type { ConfList } from './conf-list.ts';

export interface WantedAddresses {
  /** The addresses that the interface must get. */
  readonly addresses: readonly string[];
  /** The addresses that the interface should get if possible. */
  readonly lastAddresses: readonly string[];
  /** The addresses of other VMs, which the interface must not get. */
  readonly reserved: readonly string[];
}

interface Begun {
  readonly list: ConfList;
  readonly attachment: CniAttachment;
  readonly onResult: (result: CniResult) => Promise<void>;
}

/**
 * Attaches a VM to CNI networks and detaches it, and checks that its interfaces get the requested addresses.
 */
export class CniInterfaces {
  readonly #cni: Cni;
  readonly #runner: Runner;

  constructor(cni: Cni, runner: Runner) {
    this.#cni = cni;
    this.#runner = runner;
  }

  /**
   * Adds an interface to its network.
   * @throws CodedError CNI_FAILED, ADDRESS_TAKEN, ADDRESS_IGNORED
   */
  async add(begun: Begun, wanted: WantedAddresses, signal: AbortSignal): Promise<CniResult> {
    let result = await this.#addWithLast(begun, wanted, signal);
    for (let tries = 0; ; tries += 1) {
      const kept = addressesOf(result).find((address) => isAmong(address, wanted.reserved));
      if (kept === undefined) break;
      await this.#cni.del(begun.list, begun.attachment, result, signal);
      // host-local gives each free address once before it gives one again.
      if (tries > wanted.reserved.length)
        throw addressTaken(kept, begun.list.name, 'used by another VM, like all other free ones');
      result = await this.#add(begun, wanted.addresses, signal);
    }
    const given = addressesOf(result);
    const ignored = wanted.addresses.find((address) => !isAmong(address, given));
    if (ignored !== undefined) throw addressIgnored(ignored, begun.list.name, given);
    return result;
  }

  /** Removes an interface from its network, however far it was added. It may be repeated. */
  async del(record: AttachmentRecord, at: number, hasNetns: boolean, signal: AbortSignal): Promise<void> {
    const made = record.interfaces[at]!;
    const attachment = cniAttachment(record, made.name, at);
    const { list, result } = made;
    const masquerade = {
      network: list.name,
      containerId: attachment.containerId,
      families: familiesOf(made),
    };
    if (result && hasNetns) await this.#takeBack(record.uid, made.name, result, signal);
    if (!record.attachment) await ensureMasqueradeChain(masquerade, this.#runner, signal);
    await this.#cni.del(list, attachment, result, signal);
    await removeMasquerade(masquerade, this.#runner, signal);
  }

  /** Adds an interface with its last addresses, unless someone else has one of them by now. */
  async #addWithLast(begun: Begun, wanted: WantedAddresses, signal: AbortSignal): Promise<CniResult> {
    const families = new Set(wanted.addresses.map((address) => parseIp(address).family));
    const last = wanted.lastAddresses.filter(
      (address) => !families.has(parseIp(address).family) && !isAmong(address, wanted.reserved),
    );
    if (last.length === 0) return await this.#add(begun, wanted.addresses, signal);
    try {
      return await this.#cni.add(
        begun.list,
        { ...begun.attachment, addresses: [...wanted.addresses, ...last] },
        begun.onResult,
        signal,
      );
    } catch (failure) {
      if (!hasCode(failure, 'CNI_FAILED')) throw failure;
      await this.#cni.del(begun.list, begun.attachment, undefined, signal);
      return await this.#add(begun, wanted.addresses, signal);
    }
  }

  async #add(begun: Begun, addresses: readonly string[], signal: AbortSignal): Promise<CniResult> {
    const { list, attachment, onResult } = begun;
    const add = async (): Promise<CniResult> =>
      await this.#cni.add(list, { ...attachment, addresses }, onResult, signal);
    try {
      return await add().catch(async (failure: unknown) => {
        if (!isOfLostChain(failure)) throw failure;
        await this.#cni.del(list, attachment, undefined, signal);
        return await add();
      });
    } catch (failure) {
      const refused = addresses.find((address) => isRefusal(failure, address));
      if (refused !== undefined) throw addressTaken(refused, list.name, 'in use', failure);
      throw failure;
    }
  }

  /** Restores the addresses of an interface, by which the plugins find at DEL what they made at ADD. */
  async #takeBack(uid: string, name: string, result: CniResult, signal: AbortSignal): Promise<void> {
    const lines = result.ips.map(({ address }) => `address replace ${address} dev ${name}`);
    try {
      await linkBatch(uid, lines, { runner: this.#runner, signal });
    } catch (failure) {
      if (!(failure instanceof ToolFailedError)) throw failure; // it is missing if an ADD or a DEL was cut short
    }
  }
}

/**
 * Matches host-local's message:
 * `requested IP address 10.1.0.2 is not available in range set 10.1.0.1-10.1.0.254`.
 */
const isRefusal = (failure: unknown, address: string): failure is CodedError =>
  hasCode(failure, 'CNI_FAILED') && failure.message.includes(`${address} is not available`);

/**
 * Matches the message of iptables when a chain is gone that a plugin has just made sure of: others, such as another Ignite on this
 * host, remove the chains that plugins share while no attachment uses them.
 */
const isOfLostChain = (failure: unknown): boolean =>
  hasCode(failure, 'CNI_FAILED') && failure.message.includes('No chain/target/match by that name');

/** Returns the families of which the interface may have got addresses. */
function familiesOf({ list, result }: InterfaceRecord): readonly Family[] {
  const found = result
    ? addressesOf(result).map((address) => parseIp(address).family)
    : poolsOf(list).map(({ family }) => family);
  return found.length === 0 && !result ? [4] : [...new Set(found)];
}

const addressesOf = (result: CniResult): readonly string[] =>
  result.ips.map(({ address }) => withoutPrefix(address));

const isAmong = (address: string, addresses: readonly string[]): boolean =>
  addresses.some((other) => isSameIp(address, other));
