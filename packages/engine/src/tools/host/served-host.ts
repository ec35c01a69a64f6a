import { setTimeout as delay } from 'node:timers/promises';
import { isLocked, tryLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir } from './paths.ts';

const lockName = 'gitops';
/** How long another process has to hold the lock to count as one that serves the host. */
const heldMs = 1_000;
const pollMs = 20;

/** Tells whether ignited keeps this host as it is declared. */
export const isServed = (paths: Paths): boolean => isLocked(locksDir(paths), lockName);

/** Makes this process the one that serves the host. Returns `undefined` if another one does. */
export async function serveHost(paths: Paths, signal: AbortSignal): Promise<Disposable | undefined> {
  for (let heldSince: number | undefined; ; await delay(pollMs, undefined, { signal })) {
    signal.throwIfAborted();
    const lock = tryLock(locksDir(paths), lockName);
    if (lock) return lock;
    // Whoever looks whether the host is served is in the way as well, however long the kernel lets him wait.
    if (!isServed(paths)) heldSince = undefined;
    else if (Date.now() - (heldSince ??= Date.now()) >= heldMs) return undefined;
  }
}
