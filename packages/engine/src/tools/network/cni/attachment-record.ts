import type { NetworkPolicy } from '@ignite/api/v1/network-policy';
import type { PortMapping } from '@ignite/api/v1/vm-network';
import { netnsPath } from '../link/netns.ts';
import type { Attachment } from '../network.ts';
import type { CniAttachment, CniResult } from './cni.ts';
import type { ConfList } from './conf-list.ts';

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
