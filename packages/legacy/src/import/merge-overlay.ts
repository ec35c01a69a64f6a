import { type FileHandle, open, rename } from 'node:fs/promises';
import type { Runner } from '@ignite/toolkit/process/runner';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { NbdClient } from './nbd-client.ts';
import { createOverlay, shownBase } from '@ignite/engine/tools/rootfs/qemu-img';
import { writeToDisk } from './qemu-nbd.ts';
import { type Exception, type SnapshotStore, openSnapshotStore } from './snapshot-store.ts';

export interface MergeRequest {
  /** The original's `overlay.dm`, whose size is that of the disk. */
  readonly overlay: string;
  /** The base disk below it. */
  readonly basePath: string;
  /** The disk to create. */
  readonly target: string;
  readonly socket: string;
}

/**
 * Creates a disk from what a VM of the original has written over its image. It appears whole or not at all.
 * @throws CodedError LEGACY_OVERLAY_BROKEN
 */
export async function mergeOverlay(
  { overlay, basePath, target, socket }: MergeRequest,
  runner: Runner,
  signal: AbortSignal,
): Promise<void> {
  await using file = await open(overlay, 'r');
  const diskSize = bytes((await file.stat()).size);
  const store = await openSnapshotStore(file, { path: overlay, diskSize });
  const draft = `${target}.merging`;
  await createOverlay({ path: draft, backingPath: shownBase, size: diskSize }, runner, signal);
  await writeToDisk({ path: draft, basePath, socket }, runner, signal, async (disk) => {
    for await (const exceptions of store.areas()) {
      signal.throwIfAborted();
      await writeArea(exceptions, { file, store, diskSize }, disk);
    }
  });
  await rename(draft, target);
}

interface Merging {
  readonly file: FileHandle;
  readonly store: SnapshotStore;
  readonly diskSize: Bytes;
}

/** Chunks that are adjacent on the disk are written at once. */
async function writeArea(
  exceptions: readonly Exception[],
  { file, store, diskSize }: Merging,
  disk: NbdClient,
): Promise<void> {
  const { chunkSize } = store;
  for (const run of runsOf(exceptions)) {
    const offset = run[0]!.onDisk * chunkSize;
    const data = Buffer.alloc(run.length * chunkSize);
    for (const [at, { inStore }] of run.entries())
      await file.read(data, at * chunkSize, chunkSize, inStore * chunkSize);
    await disk.write(offset, data.subarray(0, diskSize - offset));
  }
}

/** Pure. Sorts the chunks in the order of the disk, and groups adjacent ones. */
export function runsOf(exceptions: readonly Exception[]): readonly (readonly Exception[])[] {
  const runs: Exception[][] = [];
  for (const exception of exceptions.toSorted((a, b) => a.onDisk - b.onDisk)) {
    const run = runs.at(-1);
    if (run && run.at(-1)!.onDisk + 1 === exception.onDisk) run.push(exception);
    else runs.push([exception]);
  }
  return runs;
}
