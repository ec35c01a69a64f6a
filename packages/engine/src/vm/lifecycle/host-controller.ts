import { acquireLock, tryLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir } from '../../tools/host/paths.ts';

const lockName = 'vm-controller';

/** Becomes the process that reconciles all VMs of this host, until it is disposed or dies. */
export const takeControl = async (paths: Paths, signal: AbortSignal): Promise<Disposable> =>
  await acquireLock(locksDir(paths), lockName, signal);

/** Tells whether a process reconciles all VMs of this host, so that nobody else has to wait for a restart. */
export function areVmsControlled(paths: Paths): boolean {
  using lock = tryLock(locksDir(paths), lockName);
  return lock === undefined;
}
