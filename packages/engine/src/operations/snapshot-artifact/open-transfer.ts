import { join } from 'node:path';
import type { ClientOperation } from '@ignite/api/client/progress';
import { type Workspace, openWorkspace } from '@ignite/toolkit/files/workspace';
import { acquireLock, tryLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir } from '../../tools/host/paths.ts';

/**
 * The locks of snapshots that leave this host and of those that come to it, by which their folders are named too. One that comes may
 * wait for one that leaves: `ignite snapshot export` may write to the `ignite snapshot import` of the same host.
 */
export type TransferLock = 'snapshot-in' | 'snapshot-out';

/** Pure. Returns how the names of folders with credentials begin, of which there is one at a time under a lock. */
export const authPrefixOf = (name: TransferLock): string => `${name}-auth-`;

/**
 * Opens the folder in which a snapshot is packed or unpacked, one at a time in each direction. What a killed process has left there
 * goes first.
 */
export async function openTransfer(
  name: TransferLock,
  paths: Paths,
  { signal, report }: ClientOperation,
): Promise<Workspace> {
  const wait = async (): Promise<Disposable> => {
    report({ kind: 'step', message: 'Waiting for the transfer of another snapshot' });
    return await acquireLock(locksDir(paths), name, signal);
  };
  const lock = tryLock(locksDir(paths), name) ?? (await wait());
  try {
    const work = await openWorkspace(join(paths.dataDir, 'scratch'), `${name}-`);
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
