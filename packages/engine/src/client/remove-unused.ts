import type { ClientOperation } from '@ignite/api/client/progress';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import type { Paths } from '../host/paths.ts';
import { lockContent } from '../vm/definition/content-lock.ts';

/** An image or a kernel that shall go. */
export interface Removal<T> {
  readonly force: boolean;
  /** Taken by whoever makes such a thing. */
  readonly lock: () => Promise<Disposable>;
  /** It as it is now, and the VMs that could not be without it. */
  readonly find: () => Promise<{ readonly found: T; readonly users: readonly Vm[] }>;
  readonly inUse: (vm: string) => Error;
  readonly remove: (found: T) => Promise<void>;
}

/** Removes it, and the VMs that use it first, or refuses with `inUse` unless forced. No VM comes to use it meanwhile. */
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
    if (now.users.length > 0) continue; // it has come since
    await removal.remove(now.found);
    return now.found;
  }
}
