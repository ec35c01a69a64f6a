import type { Vm } from '@ignite/api/v1/vm';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { acquireLock, isLocked, tryLock } from '@ignite/toolkit/lock/process-lock';
import { type Paths, locksDir } from '../host/paths.ts';
import type { ThisHost } from '../host/this-host.ts';
import { findOwnVm } from './own-vms.ts';
import { findVm } from './vm-objects.ts';

/** Pure. Returns the name of the lock whose holder has exclusive use of a VM. */
export const vmLock = (uid: string): string => `vm-${uid}`;

/** Takes the lock of a VM, which may not exist yet. */
export const lockVm = async (uid: string, paths: Paths, signal: AbortSignal): Promise<Disposable> =>
  await acquireLock(locksDir(paths), vmLock(uid), signal);

/** Takes the lock of a VM; `undefined` if somebody else has it. */
export const tryLockVm = (uid: string, paths: Paths): Disposable | undefined =>
  tryLock(locksDir(paths), vmLock(uid));

/**
 * Runs `work` on the VM of this host that `query` names with exclusive use of the VM.
 * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS, VM_ELSEWHERE
 */
export async function withVmLocked<T>(
  query: string,
  host: { readonly paths: Paths; readonly objects: ObjectClient; readonly self: ThisHost },
  signal: AbortSignal,
  work: (vm: Vm) => Promise<T>,
): Promise<T> {
  const { uid } = (await findOwnVm(host, query)).metadata;
  using _lock = await lockVm(uid, host.paths, signal);
  // The VM is read again, because the previous holder of the lock may have changed or removed it.
  return await work(await findVm(host.objects, uid));
}

/** Tells whether somebody has exclusive use of a VM. */
export const isVmLocked = (uid: string, paths: Paths): boolean => isLocked(locksDir(paths), vmLock(uid));
