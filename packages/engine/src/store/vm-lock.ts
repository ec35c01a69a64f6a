import { findByQuery } from '@ignite/api/client/find';
import type { Vm } from '@ignite/api/v1/vm';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { type Paths, locksDir } from '../host/paths.ts';
import { listVms } from './list-objects.ts';
import { findVm } from './vm-store.ts';

/**
 * Does `work` on the VM that `query` names while nobody else works on it.
 * @throws CodedError VM_NOT_FOUND, VM_AMBIGUOUS
 */
export async function withVmLocked<T>(
  query: string,
  host: { readonly paths: Paths; readonly store: ObjectStore },
  signal: AbortSignal,
  work: (vm: Vm) => Promise<T>,
): Promise<T> {
  const { uid } = findByQuery('VM', await listVms(host.store), query).metadata;
  using _lock = await acquireLock(locksDir(host.paths), `vm-${uid}`, signal);
  // As it is now: whoever held the lock before may have changed or removed it.
  return await work(await findVm(host.store, uid));
}
