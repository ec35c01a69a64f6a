import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { networkPolicySchema } from '@ignite/api/v1/network-policy';
import { portMappingSchema } from '@ignite/api/v1/vm-network';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { namesIn } from '@ignite/toolkit/files/names-in';
import { clearDrafts, replaceFile } from '@ignite/toolkit/files/replace-file';
import { textOfFile } from '@ignite/toolkit/files/text-of-file';
import * as v from 'valibot';
import { recordInvalid } from '../errors.ts';
import type { UnreadableAttachment } from '../network.ts';
import type { AttachmentRecord } from './attachment-record.ts';
import { cniResultSchema } from './cni.ts';
import { confListSchema } from './conf-list.ts';
import { convertOldRecord } from './old-attachment-record.ts';

const nicSchema = v.strictObject({
  name: v.string(),
  network: v.exactOptional(v.string()),
  tap: v.exactOptional(v.string()),
  mac: v.string(),
  mtu: v.pipe(v.number(), v.safeInteger()),
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
    const text = await textOfFile(path);
    return text === undefined ? undefined : parseAttachmentRecord(text, path);
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
