import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { ClientOperation } from './progress.ts';

/**
 * The kinds of things that take space in the data directory: base disks of images; kernels; VMs with their
 * disks; volumes; logs of consoles; fetched layers of images; disks of removed VMs; and leftovers of killed
 * processes.
 */
export type SpaceKind =
  'image' | 'kernel' | 'vm' | 'volume' | 'snapshot' | 'log' | 'layers' | 'kept-disk' | 'leftover';

export interface SpaceItem {
  readonly kind: SpaceKind;
  readonly name: string;
  /** The uid of the image, kernel or VM. */
  readonly uid?: string;
  readonly path: string;
  /** The allocated size. */
  readonly size: Bytes;
  /**
   * True if the item is in use: an image, kernel or volume by a VM, a VM by not being stopped, and a leftover
   * by a process that is still making it.
   */
  readonly isUsed: boolean;
  /** The space that removing the item would free. */
  readonly reclaimable: Bytes;
}

export interface RemovedItem {
  readonly item: SpaceItem;
  /** It is `kept` if something has begun to use it meanwhile. */
  readonly outcome: 'removed' | 'kept';
  readonly freed: Bytes;
}

/** Lists and removes what takes space on this host. */
export interface SpaceClient {
  survey(signal: AbortSignal): Promise<readonly SpaceItem[]>;
  /** Removes the items that are still unused, and yields each one once it is done. */
  remove(items: readonly SpaceItem[], op: ClientOperation): AsyncIterable<RemovedItem>;
}
