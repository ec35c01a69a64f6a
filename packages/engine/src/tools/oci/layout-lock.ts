import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, layoutDir, locksDir } from '../host/paths.ts';

/** Waits for exclusive use of the shared layout and of everything that is imported into it. */
export async function lockLayout(paths: Paths, signal: AbortSignal): Promise<Disposable> {
  const lock = await acquireLock(locksDir(paths), 'oci-layout', signal);
  try {
    await mendIndex(layoutDir(paths));
    return lock;
  } catch (failure) {
    lock[Symbol.dispose]();
    throw failure;
  }
}

/**
 * Restores the index. Earlier versions let tools write it in place, which may have been killed meanwhile, and
 * kept a copy beside it.
 */
async function mendIndex(layout: string): Promise<void> {
  const [index, copy] = [join(layout, 'index.json'), join(layout, '.index.json.whole')];
  try {
    JSON.parse(await readFile(index, 'utf8'));
  } catch (failure) {
    if (failure instanceof SyntaxError) await rename(copy, index).catch(() => rm(index));
    else if ((failure as NodeJS.ErrnoException).code !== 'ENOENT') throw failure;
  }
}
