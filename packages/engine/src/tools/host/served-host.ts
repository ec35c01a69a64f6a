import { acquireLock, isLocked } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir } from './paths.ts';

const lockName = 'gitops';
/** The time in which whoever looks whether the host is served lets go of the lock. */
const glanceMs = 1_000;

/** Tells whether ignited keeps this host as it is declared. */
export const isServed = (paths: Paths): boolean => isLocked(locksDir(paths), lockName);

/** Makes this process the one that serves the host. Returns `undefined` if another one does. */
export async function serveHost(paths: Paths, signal: AbortSignal): Promise<Disposable | undefined> {
  const patience = AbortSignal.timeout(glanceMs);
  try {
    return await acquireLock(locksDir(paths), lockName, AbortSignal.any([signal, patience]));
  } catch (failure) {
    if (signal.aborted) throw failure;
    return undefined;
  }
}
