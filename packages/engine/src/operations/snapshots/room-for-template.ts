import { readFile, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { Paths } from '../../tools/host/paths.ts';
import { type Bytes, bytes, humanBytes } from '@ignite/toolkit/units/bytes';

/** The memory of a host, or the disk of its data directory. */
export interface Room {
  readonly size: Bytes;
  readonly available: Bytes;
}

const mib = 2 ** 20;
const gib = 2 ** 30;

/** What a VM takes of each besides the memory of its guest, and what is left for others: a part of all, and never more than `most`. */
const memoryUse = { besides: 256 * mib, share: 1 / 4, most: 2 * gib } as const;
const diskUse = { besides: 512 * mib, share: 1 / 20, most: 5 * gib } as const;

/**
 * Pure. Returns why the host cannot spare what it takes to make a template in the background, or undefined if it can. The VM of the
 * template may use all of its memory, and the template contains it.
 */
export function lackOfRoom(memory: Bytes, host: { memory: Room; disk: Room }): string | undefined {
  const places = [
    { what: 'memory', room: host.memory, use: memoryUse },
    { what: 'disk', room: host.disk, use: diskUse },
  ];
  for (const { what, room, use } of places) {
    const need = bytes(Math.ceil(memory + use.besides + Math.min(room.size * use.share, use.most)));
    if (room.available < need)
      return `${humanBytes(room.available)} of ${what} are available, and ${humanBytes(need)} are needed`;
  }
  return undefined;
}

/** Returns what this host has. */
export async function roomOf(paths: Paths): Promise<{ memory: Room; disk: Room }> {
  const meminfo = await readFile('/proc/meminfo', 'utf8');
  const kib = Number(/^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1] ?? 0);
  const { blocks, bavail, bsize } = await statfs(paths.dataDir);
  return {
    memory: { size: bytes(totalmem()), available: bytes(kib * 1_024) },
    disk: { size: bytes(blocks * bsize), available: bytes(bavail * bsize) },
  };
}
