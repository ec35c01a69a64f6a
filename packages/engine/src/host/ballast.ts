import { randomBytes } from 'node:crypto';
import { rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Paths } from './paths.ts';

const size = 8 * 2 ** 20;
const blockSize = 512; // of st_blocks: stat(2)

const ballastFile = ({ dataDir }: Paths): string => join(dataDir, 'ballast');

/** On a disk that is full, makes room for what is written in order to remove things. */
export function releaseBallast(paths: Paths): void {
  if (freeSpace(paths) < size) rmSync(ballastFile(paths), { force: true });
}

/**
 * Keeps some space of the data directory's disk from everyone, while there is plenty. Whoever may have released it takes
 * back what is left: the disk may be filled again before the next command that needs it.
 */
export function keepBallast(paths: Paths, { mayTakeLast }: { readonly mayTakeLast: boolean }): void {
  const path = ballastFile(paths);
  const found = statSync(path, { throwIfNoEntry: false });
  const held = found ? found.blocks * blockSize : 0;
  const free = freeSpace(paths);
  if (held >= size || (free < 4 * size && !mayTakeLast)) return;
  try {
    const wanted = Math.min(size, held + free);
    writeFileSync(path, randomBytes(wanted), { mode: 0o600 }); // a file system may pack what is alike
  } catch {
    // Someone else was quicker to take the space; what was written until then is kept.
  }
}

function freeSpace({ dataDir }: Paths): number {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return bavail * bsize;
  } catch {
    return 0; // there is no data directory yet
  }
}
