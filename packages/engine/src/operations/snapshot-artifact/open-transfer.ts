import { join } from 'node:path';
import { type Workspace, openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir } from '../../tools/host/paths.ts';

/** Opens the folder in which a snapshot is packed or unpacked, one at a time. What a killed process has left there goes first. */
export async function openTransfer(paths: Paths, signal: AbortSignal): Promise<Workspace> {
  const lock = await acquireLock(locksDir(paths), 'snapshot-transfer', signal);
  try {
    const work = await openWorkspace(join(paths.dataDir, 'scratch'), 'snapshot-');
    return {
      path: work.path,
      [Symbol.asyncDispose]: async () => {
        using _lock = lock;
        await work[Symbol.asyncDispose]();
      },
    };
  } catch (failure) {
    lock[Symbol.dispose]();
    throw failure;
  }
}
