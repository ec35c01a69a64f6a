import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';

/** The unit of `blocks` in stat(2), whatever the file system's own block size. */
const blockSize = 512;

/**
 * Returns the allocated size of a file, or of a folder with everything in it. Holes take no space. It is 0 if
 * nothing is there.
 */
export async function usedBytes(path: string): Promise<Bytes> {
  try {
    const found = await lstat(path);
    let sum = found.blocks * blockSize;
    if (found.isDirectory()) {
      for (const name of await readdir(path)) sum += await usedBytes(join(path, name));
    }
    return bytes(sum);
  } catch (failure) {
    const { code } = failure as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return bytes(0);
    throw failure;
  }
}
