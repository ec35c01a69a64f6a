import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';

/** Of `blocks` in stat(2), whatever the file system's own are. */
const blockSize = 512;

/** What a file, or a folder with all that is in it, really takes: holes take nothing. 0 where there is nothing. */
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
