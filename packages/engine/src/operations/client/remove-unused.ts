import type { ClientOperation } from '@ignite/api/client/progress';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import type { Paths } from '../../tools/host/paths.ts';
import { lockContent } from '../../vm/content-lock.ts';

/** The removal of an image or a kernel. */
export interface Removal<T> {
  readonly force: boolean;
  /** Takes the lock under which such objects are created. */
  readonly lock: () => Promise<Disposable>;
  /** Finds the current object, and the VMs that need it. */
  readonly find: () => Promise<{ readonly found: T; readonly users: readonly Vm[] }>;
  readonly inUse: (vm: string) => Error;
  readonly remove: (found: T) => Promise<void>;
}

/**
 * Removes an object after the VMs that use it. If VMs use it and it is not forced, it throws `inUse`. No VM
 * can start to use the object meanwhile.
 */
export async function removeUnused<T>(
  removal: Removal<T>,
  { paths, vms }: { readonly paths: Paths; readonly vms: Pick<VmClient, 'remove'> },
  op: ClientOperation,
): Promise<T> {
  for (;;) {
    const { users } = await removal.find();
    const [first] = users;
    if (first && !removal.force) throw removal.inUse(first.metadata.name);
    for (const user of users) await vms.remove(user.metadata.uid, { force: true }, op);
    using _making = await removal.lock();
    using _content = await lockContent(paths, op.signal);
    const now = await removal.find();
    if (now.users.length > 0) continue; // a VM has started to use it since
    await removal.remove(now.found);
    return now.found;
  }
}
