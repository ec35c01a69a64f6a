import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import type { Paths } from '../../tools/host/paths.ts';

/** What is known of a file system, in bytes. */
export interface RunSpace {
  readonly size: number;
  readonly available: number;
  /** What files of memory that exist already may still take. */
  readonly promised: number;
}

/** The part of a file system that its other users keep, since systemd, locks and sockets fail without it, and the most that they keep. */
const kept = { share: 1 / 4, most: 512 * 2 ** 20 };

/** Pure. Tells whether a file system takes the memory of a VM, all of which its guest may come to use. */
export const takesMemory = (memory: Bytes, { size, available, promised }: RunSpace): boolean =>
  available - promised - memory >= Math.min(size * kept.share, kept.most);

/** Returns the space of the file system for what runs. */
export async function runSpace(paths: Paths): Promise<RunSpace> {
  const { blocks, bavail, bsize } = await statfs(paths.runDir);
  const dir = join(paths.runDir, 'vms');
  const vms = await readdir(dir).catch(() => []);
  const rest = await Promise.all(vms.map(async (each) => await unusedBytes(join(dir, each, 'memory'))));
  return {
    size: blocks * bsize,
    available: bavail * bsize,
    promised: rest.reduce((sum, each) => sum + each, 0),
  };
}

/** Returns how much a file may still grow within its size, which is nothing if there is none. */
async function unusedBytes(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found ? Math.max(0, found.size - found.blocks * 512) : 0;
}
