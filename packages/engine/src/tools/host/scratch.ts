import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, mkdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgressEvent } from '@ignite/api/client/progress';
import { isOwnFolder } from '@ignite/toolkit/files/own-folder';
import { type Workspace, openWorkspace } from '@ignite/toolkit/files/workspace';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Paths } from './paths.ts';

const sharedMemory = '/dev/shm';
/** The folder of scratch folders in memory. */
export const memoryFolder = `${sharedMemory}/ignite`;
const sticky = 0o1000;
const tmpfsMagic = 0x01021994; // statfs(2)

export interface MemoryFacts {
  /** The memory that the kernel could give to programs without swapping. */
  readonly available: Bytes;
  /** The free space of the file system in memory; 0 if there is none. */
  readonly tmpfsFree: Bytes;
}

/** Pure. Tells whether `need` fits into memory while at least as much stays free for everyone else. */
export const fitsInMemory = (need: Bytes, facts: MemoryFacts): boolean =>
  need <= facts.tmpfsFree && need * 2 <= facts.available;

/** Returns the memory of this host that can hold unpacked files. */
export async function memoryFacts(): Promise<MemoryFacts> {
  try {
    const [stat, meminfo] = await Promise.all([statfs(sharedMemory), readFile('/proc/meminfo', 'utf8')]);
    const kib = Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1] ?? 0);
    return {
      available: bytes(kib * 1_024),
      tmpfsFree: bytes(stat.type === tmpfsMagic ? stat.bavail * stat.bsize : 0),
    };
  } catch {
    return { available: bytes(0), tmpfsFree: bytes(0) };
  }
}

/**
 * Creates a folder in which trees of many small files are unpacked for a moment. If requested it is in
 * memory, which is several times faster than a disk. The caller holds the lock that `name` stands for.
 */
export async function openScratch(
  paths: Paths,
  name: string,
  inMemory: boolean,
  report?: (event: ProgressEvent) => void,
): Promise<Workspace> {
  if (inMemory) {
    if (await claimMemoryFolder()) return await openWorkspace(memoryFolder, memoryScratchPrefix(paths, name));
    report?.({
      kind: 'warning',
      message: `${memoryFolder} is not owned by root alone, so images are unpacked to disk, which takes longer: remove it`,
    });
  }
  return await openWorkspace(join(paths.dataDir, 'scratch'), `${name}-`);
}

/** Removes what a killed process has left under `name`, in memory or on disk. The caller holds the lock. */
export async function clearScratch(paths: Paths, name: string): Promise<void> {
  for (const inMemory of (await hasMemoryFolder()) ? [true, false] : [false])
    await (await openScratch(paths, name, inMemory))[Symbol.asyncDispose]();
}

/** Returns the prefix that tells the folders of this data directory from those of others. */
export function memoryScratchPrefix(paths: Paths, name: string): string {
  const owner = createHash('sha256').update(paths.dataDir).digest('hex').slice(0, 12);
  return `${owner}-${name}-`;
}

/**
 * Creates the memory folder if needed. Everybody may create names in /dev/shm, so the folder is created once
 * and stays, and nothing is ever removed there.
 */
async function claimMemoryFolder(): Promise<boolean> {
  try {
    await mkdir(memoryFolder, { mode: 0o700 });
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  return await hasMemoryFolder();
}

/**
 * Tells whether the memory folder exists and is private. Nobody else can rename it, because its parent has
 * the sticky bit.
 */
export async function hasMemoryFolder(): Promise<boolean> {
  const [found, parent] = await Promise.all([memoryFolder, sharedMemory].map(statOf));
  if (!found || !parent) return false;
  const isPrivate =
    found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o7777) === 0o700;
  return isPrivate && (isOwnFolder(parent) || (parent.uid === 0 && (parent.mode & sticky) !== 0));
}

const statOf = async (path: string): Promise<Stats | undefined> =>
  await lstat(path).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return undefined;
    throw failure;
  });
