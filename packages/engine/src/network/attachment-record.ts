import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { replaceFile } from '@ignite/toolkit/files/replace-file';
import type { CniAttachment, CniResult } from './cni.ts';
import type { ConfList } from './conf-list.ts';
import { netnsPath } from './netns.ts';
import type { Attachment } from './network.ts';

/** One interface on a CNI network, written down before the first plugin runs for it: the list may be another by then. */
export interface InterfaceRecord {
  readonly name: string;
  readonly list: ConfList;
  /** What the plugins that are done have made. */
  readonly result?: CniResult;
}

/** What detaching needs to know. */
export interface AttachmentRecord {
  readonly uid: string;
  readonly name: string;
  /** Those that were begun. The ports lead to the first. */
  readonly interfaces: readonly InterfaceRecord[];
  /** At least those that are published. */
  readonly ports: readonly PortMapping[];
  /** Set while `ports` holds more than those that shall be. */
  readonly isChangingPorts?: true;
  /** Set once everything is done. */
  readonly attachment?: Attachment;
}

/** Pure. How the plugins know an interface of a VM: one container ID for each, as chains of rules are named after it. */
export function cniAttachment({ uid, ports }: AttachmentRecord, ifName: string, at: number): CniAttachment {
  return {
    containerId: at === 0 ? `ignite-${uid}` : `ignite-${uid}-${ifName}`,
    netnsPath: netnsPath(uid),
    ifName,
    ports: at === 0 ? ports : [],
  };
}

/** One file for each attachment, below the data directory. */
export class AttachmentRecords {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async write(record: AttachmentRecord): Promise<void> {
    await replaceFile(this.#path(record.uid), JSON.stringify(record), 0o600);
  }

  async read(uid: string): Promise<AttachmentRecord | undefined> {
    try {
      return JSON.parse(await readFile(this.#path(uid), 'utf8')) as AttachmentRecord;
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw failure;
    }
  }

  async remove(uid: string): Promise<void> {
    await rm(this.#path(uid), { force: true });
  }

  async all(): Promise<readonly AttachmentRecord[]> {
    const names = await readdir(this.#dir);
    const records = names
      .filter((name) => name.endsWith('.json'))
      .map((name) => this.read(name.slice(0, -'.json'.length)));
    return (await Promise.all(records)).filter((record) => record !== undefined);
  }

  #path(uid: string): string {
    return join(this.#dir, `${uid}.json`);
  }
}
