import type { ClientOperation } from '@ignite/api/client/progress';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Paths } from '../../tools/host/paths.ts';
import { lockContent } from '../../vm/content-lock.ts';
import { makerOf } from '../../vm/template-maker.ts';

/** The removal of an image or a kernel. */
export interface Removal<T> {
  readonly force: boolean;
  /** Takes the lock under which such objects are created. */
  readonly lock: () => Promise<Disposable>;
  /** Finds the current object, and the VMs and templates that need it. */
  readonly find: () => Promise<{
    readonly found: T;
    readonly users: readonly Vm[];
    readonly templates: readonly Snapshot[];
  }>;
  readonly inUse: (vm: string) => Error;
  readonly removeTemplate: (template: Snapshot) => Promise<void>;
  readonly remove: (found: T) => Promise<void>;
}

/**
 * Removes an object after the VMs and templates that use it. If VMs use it and it is not forced, it throws `inUse`, unless they are those of which
 * templates are made: nobody has asked for these. No VM can start to use the object meanwhile.
 */
export async function removeUnused<T>(
  removal: Removal<T>,
  { paths, vms }: { readonly paths: Paths; readonly vms: Pick<VmClient, 'remove'> },
  op: ClientOperation,
): Promise<T> {
  for (;;) {
    const { users, templates } = await removal.find();
    const first = users.find((user) => makerOf(user) === undefined);
    if (first && !removal.force) throw removal.inUse(first.metadata.name);
    for (const user of users) await removeUser(user, vms, op);
    for (const template of templates) await removal.removeTemplate(template);
    using _making = await removal.lock();
    using _content = await lockContent(paths, op.signal);
    const now = await removal.find();
    if (now.users.length + now.templates.length > 0) continue; // a VM has started to use it since
    await removal.remove(now.found);
    return now.found;
  }
}

/** The maker of a template may remove its VM itself. */
async function removeUser(vm: Vm, vms: Pick<VmClient, 'remove'>, op: ClientOperation): Promise<void> {
  try {
    await vms.remove(vm.metadata.uid, { force: true }, op);
  } catch (failure) {
    if (makerOf(vm) === undefined || !hasCode(failure, 'VM_NOT_FOUND')) throw failure;
  }
}
