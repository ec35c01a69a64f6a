import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { ClientOperation } from './progress.ts';

/**
 * What takes space in the data directory: base disks of images; kernels; VMs, with their disks; volumes; consoles' logs; layers of
 * images as they were fetched; disks of VMs that are gone; and what was left half-made by what was killed.
 */
export type SpaceKind = 'image' | 'kernel' | 'vm' | 'volume' | 'log' | 'layers' | 'kept-disk' | 'leftover';

export interface SpaceItem {
  readonly kind: SpaceKind;
  readonly name: string;
  /** Of the image, kernel or VM. */
  readonly uid?: string;
  readonly path: string;
  /** In blocks that are really taken. */
  readonly size: Bytes;
  /** Of an image, kernel or volume: by a VM; of a VM: it is not stopped; of what is half-made: someone is making it. */
  readonly isUsed: boolean;
  /** What there would be to gain. */
  readonly reclaimable: Bytes;
}

export interface RemovedItem {
  readonly item: SpaceItem;
  /** `kept`: something has begun to use it meanwhile. */
  readonly outcome: 'removed' | 'kept';
  readonly freed: Bytes;
}

/** What takes space on this host, and how it is had back. */
export interface SpaceClient {
  survey(signal: AbortSignal): Promise<readonly SpaceItem[]>;
  /** Removes what is still used by nothing, and tells of each once it is done. */
  remove(items: readonly SpaceItem[], op: ClientOperation): AsyncIterable<RemovedItem>;
}
