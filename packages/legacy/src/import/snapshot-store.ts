import type { FileHandle } from 'node:fs/promises';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { overlayBroken } from './errors.ts';

/**
 * The magic of the persistent exception store of device-mapper's snapshot target, in which the original kept
 * what a VM had written over its image (kernel.org, admin-guide/device-mapper/snapshot;
 * drivers/md/dm-snap-persistent.c for the format). Chunk 0 is the header. Areas follow, each of which is one
 * chunk of entries and the chunks with their data.
 */
const magic = 0x70416e53; // "SnAp", little-endian
const version = 1;
const sectorSize = 512;
const headerSize = 16;
const entrySize = 16;
const headerChunks = 1;
const largestChunk = 2 ** 24;

/** A chunk of the disk that differs from the image, and the place of its data in the store. */
export interface Exception {
  readonly onDisk: number;
  readonly inStore: number;
}

/** A store, which may be one that nothing was ever written to. */
export interface SnapshotStore {
  readonly chunkSize: Bytes;
  /** Reads area by area, so that a store of any size needs little memory. */
  areas(): AsyncGenerator<readonly Exception[]>;
}

/** Pure. Returns the size of a chunk, or `undefined` for a new store, as which the kernel accepts zeros. */
export function parseHeader(header: Buffer): Bytes | undefined {
  if (header.length < headerSize || header.readUInt32LE(0) === 0) return undefined;
  if (header.readUInt32LE(0) !== magic) throw new RangeError('it is not a device-mapper snapshot');
  if (header.readUInt32LE(4) === 0)
    throw new RangeError('its snapshot is invalid, because it has overflowed');
  if (header.readUInt32LE(8) !== version) throw new RangeError('its snapshot has an unknown version');
  const chunkSize = header.readUInt32LE(12) * sectorSize;
  const isPowerOfTwo = chunkSize > 0 && (chunkSize & (chunkSize - 1)) === 0;
  if (!isPowerOfTwo || chunkSize > largestChunk) throw new RangeError('its chunk size is impossible');
  return bytes(chunkSize);
}

/**
 * Pure. Returns the entries of an area. The first entry without a place in the store ends all areas; `isFull`
 * is set if there is no such entry.
 */
export function parseArea(area: Buffer): {
  readonly exceptions: readonly Exception[];
  readonly isFull: boolean;
} {
  const exceptions: Exception[] = [];
  for (let at = 0; at + entrySize <= area.length; at += entrySize) {
    const inStore = Number(area.readBigUInt64LE(at + 8));
    if (inStore === 0) return { exceptions, isFull: false };
    exceptions.push({ onDisk: Number(area.readBigUInt64LE(at)), inStore });
  }
  return { exceptions, isFull: true };
}

/**
 * Opens the store in a file. Its values are checked against the sizes of the file and of the disk.
 * @throws CodedError LEGACY_OVERLAY_BROKEN
 */
export async function openSnapshotStore(
  file: FileHandle,
  { path, diskSize }: { readonly path: string; readonly diskSize: Bytes },
): Promise<SnapshotStore> {
  const { size } = await file.stat();
  const chunkSize = await chunkSizeOf(file, path);
  if (chunkSize === undefined) return { chunkSize: bytes(4096), areas: async function* () {} };
  const perArea = chunkSize / entrySize;
  const [chunks, diskChunks] = [Math.ceil(size / chunkSize), Math.ceil(diskSize / chunkSize)];
  const isMetadata = (chunk: number): boolean =>
    chunk < headerChunks || (chunk - headerChunks) % (perArea + 1) === 0;
  return {
    chunkSize,
    areas: async function* () {
      for (let area = 0, isFull = true; isFull; area += 1) {
        const at = headerChunks + area * (perArea + 1);
        if (at >= chunks) return;
        const read = parseArea(await readChunk(file, at, chunkSize));
        const wrong = read.exceptions.find(
          ({ onDisk, inStore }) => onDisk >= diskChunks || inStore >= chunks || isMetadata(inStore),
        );
        if (wrong) throw overlayBroken(path, `it refers to chunk ${wrong.inStore}, which is missing`);
        yield read.exceptions;
        isFull = read.isFull;
      }
    },
  };
}

async function chunkSizeOf(file: FileHandle, path: string): Promise<Bytes | undefined> {
  try {
    return parseHeader(await readChunk(file, 0, headerSize));
  } catch (failure) {
    if (failure instanceof RangeError) throw overlayBroken(path, failure.message);
    throw failure;
  }
}

/** Reads a chunk of a file. A sparse file may end before the chunk does. */
async function readChunk(file: FileHandle, chunk: number, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  await file.read(buffer, 0, size, chunk * size);
  return buffer;
}
