import { randomBytes } from 'node:crypto';
import { rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from './paths.ts';

const size = 8 * 2 ** 20;
const blockSize = 512; // the unit of st_blocks (stat(2))

const ballastFile = ({ dataDir }: Paths): string => join(dataDir, 'ballast');

/** Removes the ballast if the disk is full, since removing things needs room to write. */
export function releaseBallast(paths: Paths): void {
  if (freeSpace(paths) < size) rmSync(ballastFile(paths), { force: true });
}

/**
 * Reserves some space of the data directory's disk while there is plenty. A command that may have released
 * the ballast (`mayTakeLast`) takes back what is left, because the disk may be full again before the next
 * command needs it.
 */
export function keepBallast(paths: Paths, { mayTakeLast }: { readonly mayTakeLast: boolean }): void {
  const path = ballastFile(paths);
  const found = statSync(path, { throwIfNoEntry: false });
  const held = found ? found.blocks * blockSize : 0;
  const free = freeSpace(paths);
  if (held >= size || (free < 4 * size && !mayTakeLast)) return;
  try {
    const wanted = Math.min(size, held + free);
    writeFileSync(path, randomBytes(wanted), { mode: 0o600 }); // random bytes, since a file system may compress or deduplicate
  } catch {
    // Someone else took the space first. What was written until then is kept.
  }
}

function freeSpace({ dataDir }: Paths): number {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return bavail * bsize;
  } catch {
    return 0; // the data directory does not exist yet
  }
}
