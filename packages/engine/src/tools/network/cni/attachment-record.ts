import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type NetworkPolicy, networkPolicySchema } from '@ignite/api/v1/network-policy';
import { type PortMapping, portMappingSchema } from '@ignite/api/v1/vm-network';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { clearDrafts, replaceFile } from '@ignite/toolkit/files/replace-file';
import * as v from 'valibot';
import { recordInvalid } from '../errors.ts';
import { netnsPath } from '../link/netns.ts';
import type { Attachment, UnreadableAttachment } from '../network.ts';
import { type CniAttachment, type CniResult, cniResultSchema } from './cni.ts';
import { type ConfList, confListSchema } from './conf-list.ts';
import { convertOldRecord } from './old-attachment-record.ts';

/**
 * The record of one interface on a CNI network. It is written before the first plugin runs, because the list
 * may have changed by the time of detaching.
 */
export interface InterfaceRecord {
  readonly name: string;
  readonly list: ConfList;
  /** The result of the plugins that have finished. */
  readonly result?: CniResult;
}

/** The record of an attachment, which is what detaching needs. */
export interface AttachmentRecord {
  readonly uid: string;
  readonly name: string;
  /** The interfaces whose plugins were started. Ports lead to the first one. */
  readonly interfaces: readonly InterfaceRecord[];
  /** The ports; at least those that are published. */
  readonly ports: readonly PortMapping[];
  /** Set while `ports` contains more ports than are wanted. */
  readonly isChangingPorts?: true;
  /** The labels; absent if there are none. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly policy?: NetworkPolicy;
  /** The finished attachment; set once everything is done. */
  readonly attachment?: Attachment;
}

/**
 * Pure. Returns the identity of a VM's interface for the plugins. Each has a container ID of its own, because
 * chains of rules are named after it.
 */
export function cniAttachment(
  { uid, ports }: Pick<AttachmentRecord, 'uid' | 'ports'>,
  ifName: string,
  at: number,
): CniAttachment {
  return {
    containerId: at === 0 ? `ignite-${uid}` : `ignite-${uid}-${ifName}`,
    netnsPath: netnsPath(uid),
    ifName,
    ports: at === 0 ? ports : [],
  };
}

const nicSchema = v.strictObject({
  name: v.string(),
  network: v.exactOptional(v.string()),
  tap: v.string(),
  mac: v.string(),
  mtu: v.number(),
  addresses: v.array(v.string()),
  routes: v.array(v.strictObject({ to: v.string(), via: v.exactOptional(v.string()) })),
  isRedirected: v.exactOptional(v.literal(true)),
});

const recordSchema = v.strictObject({
  uid: v.string(),
  name: v.string(),
  interfaces: v.array(
    v.strictObject({ name: v.string(), list: confListSchema, result: v.exactOptional(cniResultSchema) }),
  ),
  ports: v.array(portMappingSchema),
  isChangingPorts: v.exactOptional(v.literal(true)),
  labels: v.exactOptional(v.record(v.string(), v.string())),
  policy: v.exactOptional(networkPolicySchema),
  attachment: v.exactOptional(
    v.strictObject({ netnsPath: v.string(), nics: v.array(nicSchema), dns: v.array(v.string()) }),
  ),
});

/**
 * Pure. Parses a record. `path` is for the error.
 * @throws CodedError NETWORK_RECORD_INVALID
 */
export function parseAttachmentRecord(text: string, path: string): AttachmentRecord {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson()), text);
  const document = parsed.success ? parsed.output : undefined;
  const record = v.safeParse(recordSchema, document);
  const found = record.success ? record.output : convertOldRecord(document);
  if (!found) throw recordInvalid(path, record.success ? undefined : new v.ValiError(record.issues));
  return found;
}

/**
 * The records of all attachments, each in a file below the data directory. Whoever changes any of them holds
 * the lock of all.
 */
export class AttachmentRecords {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async write(record: AttachmentRecord): Promise<void> {
    await replaceFile(this.#path(record.uid), JSON.stringify(record), 0o600);
  }

  /**
   * Reads the record of a VM, if there is one.
   * @throws CodedError NETWORK_RECORD_INVALID
   */
  async read(uid: string): Promise<AttachmentRecord | undefined> {
    const path = this.#path(uid);
    try {
      return parseAttachmentRecord(await readFile(path, 'utf8'), path);
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failure;
    }
  }

  async remove(uid: string): Promise<void> {
    await rm(this.#path(uid), { force: true });
    await clearDrafts(this.#dir);
  }

  /** Reads all records. An unreadable record affects only its own VM. */
  async all(): Promise<{
    readonly records: readonly AttachmentRecord[];
    readonly unreadable: readonly UnreadableAttachment[];
  }> {
    const records: AttachmentRecord[] = [];
    const unreadable: UnreadableAttachment[] = [];
    for (const uid of await this.#uids()) {
      try {
        const record = await this.read(uid);
        if (record) records.push(record);
      } catch (failure) {
        if (!hasCode(failure, 'NETWORK_RECORD_INVALID')) throw failure;
        unreadable.push({ uid, failure });
      }
    }
    return { records, unreadable };
  }

  async #uids(): Promise<readonly string[]> {
    const names = (await namesIn(this.#dir)).filter((name) => name.endsWith('.json'));
    return names.map((name) => name.slice(0, -'.json'.length));
  }

  #path(uid: string): string {
    return join(this.#dir, `${uid}.json`);
  }
}
