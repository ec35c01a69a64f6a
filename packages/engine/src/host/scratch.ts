import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Workspace, openWorkspace } from '@ignite/toolkit/files/workspace';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import type { Paths } from './paths.ts';

/** Where scratch folders are that are in memory. */
export const sharedMemory = '/dev/shm';
const tmpfsMagic = 0x01021994; // statfs(2)

export interface MemoryFacts {
  /** What the kernel would give to programs without swapping. */
  readonly available: Bytes;
  /** What the file system in memory would still take; 0 where there is none. */
  readonly tmpfsFree: Bytes;
}

/** Pure. Whether `need` fits into memory with as much again left to everyone else. */
export const fitsInMemory = (need: Bytes, facts: MemoryFacts): boolean =>
  need <= facts.tmpfsFree && need * 2 <= facts.available;

/** What this host has to unpack into. */
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
 * Where trees of many small files are unpacked for a moment: in memory when told so, which is several times faster than
 * a disk. The caller holds the lock that `name` stands for.
 */
export async function openScratch(paths: Paths, name: string, inMemory: boolean): Promise<Workspace> {
  if (!inMemory) return await openWorkspace(join(paths.dataDir, 'scratch'), `${name}-`);
  return await openWorkspace(sharedMemory, memoryScratchPrefix(paths, name));
}

/** Removes what a predecessor that was killed has left under `name`, wherever it was. The caller holds its lock. */
export async function clearScratch(paths: Paths, name: string): Promise<void> {
  for (const inMemory of existsSync(sharedMemory) ? [true, false] : [false])
    await (await openScratch(paths, name, inMemory))[Symbol.asyncDispose]();
}

/** Tells folders of this data directory from those of others. */
export function memoryScratchPrefix(paths: Paths, name: string): string {
  const owner = createHash('sha256').update(paths.dataDir).digest('hex').slice(0, 12);
  return `ignite-${owner}-${name}-`;
}
