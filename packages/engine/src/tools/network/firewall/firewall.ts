import { isDeepStrictEqual } from 'node:util';
import type { Runner } from '@ignite/toolkit/process/runner';
import type { AttachmentRecord } from '../cni/attachment-record.ts';
import { linkBatch } from '../link/link-batch.ts';
import { Netns } from '../link/netns.ts';
import type { FirewallFault } from '../network.ts';
import { Nft, type NftPlace, type NftTable, removalLines } from './nft.ts';
import {
  type AttachedRecord,
  guestTableLines,
  hostLinks,
  hasGuest,
  isBridge,
  isAttached,
  linkTableLines,
} from './plan-firewall.ts';
import { guestTable } from './plan-guest-table.ts';
import { linkTable } from './plan-link-table.ts';
import { meansVms } from './resolve-policy.ts';

/** The attachments of this host whose records can be read. */
export interface KnownAttachments {
  readonly records: readonly AttachmentRecord[];
  readonly hasUnreadable: boolean;
}

const host: NftPlace = { kind: 'host' };
/** The namespace in which tables are built for comparison. */
const scratchUid = 'firewall-check';

/**
 * The packet filters of VMs: a table for each device of this host that leads to VMs, and one in each VM's
 * namespace. The caller holds the lock of all attachments.
 */
export class Firewall {
  readonly #runner: Runner;
  readonly #nft: Nft;
  readonly #netns: Netns;

  constructor(runner: Runner) {
    this.#runner = runner;
    this.#nft = new Nft(runner);
    this.#netns = new Netns(runner);
  }

  /** Updates the tables for a new VM, or for one whose policy or labels have changed. */
  async admit(uid: string, known: KnownAttachments, signal: AbortSignal): Promise<void> {
    await this.#make((record) => record.uid === uid || isFollowing(record), known, undefined, signal);
  }

  /** Updates the tables after a VM is gone, which is not in `known` any more. */
  async dismiss(gone: AttachmentRecord, known: KnownAttachments, signal: AbortSignal): Promise<void> {
    await this.#make(isFollowing, known, gone, signal);
  }

  /** Rebuilds all tables. */
  async restore(known: KnownAttachments, signal: AbortSignal): Promise<void> {
    await this.#make(() => true, known, undefined, signal);
  }

  async examine(known: KnownAttachments, signal: AbortSignal): Promise<readonly FirewallFault[]> {
    const present = await this.#present(known);
    if (present.length === 0) return [];
    await this.#netns.remove(scratchUid, signal);
    await this.#netns.ensure(scratchUid, signal);
    try {
      const faults: FirewallFault[] = [];
      for (const device of new Set(present.flatMap(hostLinks))) {
        const lines = linkTableLines(device, present, known.hasUnreadable);
        const state = await this.#compare(host, linkTable(device), lines, signal);
        if (state) faults.push({ of: { device }, state });
      }
      for (const record of present.filter(hasGuest)) {
        const { uid, name, attachment } = record;
        const devices = attachment.nics.flatMap(({ name: device, tap }) => [
          device,
          ...(tap === undefined ? [] : [tap]),
        ]);
        await this.#inScratch(
          devices.map((device) => `tuntap add dev ${device} mode tap`),
          signal,
        );
        const lines = guestTableLines(record, present);
        const state = await this.#compare({ kind: 'netns', uid }, guestTable, lines, signal);
        await this.#inScratch(
          devices.map((device) => `link delete dev ${device}`),
          signal,
        );
        if (state) faults.push({ of: { vm: name }, state });
      }
      return faults;
    } finally {
      await this.#netns.remove(scratchUid, signal);
    }
  }

  async #make(
    isConcerned: (record: AttachedRecord) => boolean,
    known: KnownAttachments,
    gone: AttachmentRecord | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const present = await this.#present(known);
    const concerned = present.filter(isConcerned);
    const links = new Set([...(gone ? hostLinks(gone) : []), ...concerned.flatMap(hostLinks)]);
    const used = new Set(known.records.flatMap(hostLinks));
    const lines = [...links].flatMap((device) => {
      if (used.has(device)) return linkTableLines(device, present, known.hasUnreadable);
      // A VM with an unreadable record may still use a bridge.
      const mayBeUsed = known.hasUnreadable && gone !== undefined && isBridge(device, gone);
      return mayBeUsed ? [] : removalLines(linkTable(device));
    });
    await this.#nft.apply(host, lines, signal);
    for (const record of concerned.filter(hasGuest))
      await this.#nft.apply({ kind: 'netns', uid: record.uid }, guestTableLines(record, present), signal);
  }

  /** Returns the attachments whose namespace exists. */
  async #present({ records }: KnownAttachments): Promise<readonly AttachedRecord[]> {
    const attached = records.filter(isAttached);
    const isThere = await Promise.all(attached.map(({ uid }) => this.#netns.exists(uid)));
    return attached.filter((_, at) => isThere[at]);
  }

  async #inScratch(lines: readonly string[], signal: AbortSignal): Promise<void> {
    await linkBatch(scratchUid, lines, { runner: this.#runner, signal });
  }

  /**
   * Compares a table with the same table built elsewhere, because each version of nft prints rules in its own
   * way.
   */
  async #compare(
    place: NftPlace,
    table: NftTable,
    lines: readonly string[],
    signal: AbortSignal,
  ): Promise<FirewallFault['state'] | undefined> {
    const found = await this.#nft.list(place, table, signal);
    if (found === undefined) return 'missing';
    const scratch: NftPlace = { kind: 'netns', uid: scratchUid };
    await this.#nft.apply(scratch, [...removalLines(table), ...lines], signal);
    const wanted = await this.#nft.list(scratch, table, signal);
    return wanted !== undefined && isSameListing(found, wanted) ? undefined : 'altered';
  }
}

/** Pure. Compares two listings. Chains are listed in the order of their creation, which is irrelevant. */
function isSameListing(a: string, b: string): boolean {
  const [partsOfA, partsOfB] = [a, b].map((listing) =>
    listing
      .replace(/^table .*\n/, '')
      .replace(/\}\s*$/, '')
      .split('\n\n')
      .map((part) => part.trim())
      .sort(),
  );
  return isDeepStrictEqual(partsOfA, partsOfB);
}

/** Tells whether the meaning of a VM's policy depends on which other VMs exist. */
const isFollowing = ({ policy }: AttachedRecord): boolean => policy !== undefined && meansVms(policy);
