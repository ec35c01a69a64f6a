import type { ClientOperation } from '@ignite/api/client/progress';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';

/** Removes the VMs that use what shall go, or refuses with `inUse` unless forced. */
export async function removeUsers(
  users: readonly Vm[],
  request: { readonly force: boolean; readonly inUse: (vm: string) => Error },
  vms: VmClient,
  op: ClientOperation,
): Promise<void> {
  const [first] = users;
  if (first && !request.force) throw request.inUse(first.metadata.name);
  for (const user of users) await vms.remove(user.metadata.uid, { force: true }, op);
}
