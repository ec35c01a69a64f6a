import { nameOnHost } from '@ignite/api/v1/shown-name';
import type { GuestIdentity, Vm } from '@ignite/api/v1/vm';
import { invalidVm } from './errors.ts';

/** Pure. Returns what the guest of a VM takes itself for: the VM, unless it has kept the identity of another one. */
export const identityOf = ({ metadata: { uid, name }, status }: Vm): GuestIdentity =>
  status.identity ?? { vmUid: uid, hostname: name };

/**
 * Pure. Returns the name by which other VMs find a VM, which is always one of its namespace. Behind a router, it is the one that the guest has
 * itself.
 */
export function nameOnNetwork(vm: Vm): string {
  const { metadata, spec } = vm;
  const isApart = spec.network.router !== undefined;
  return nameOnHost({ ...metadata, name: isApart ? identityOf(vm).hostname : metadata.name });
}

/**
 * Refuses a guest with the identity of another VM on a network that the other one may be on too.
 * @throws CodedError VM_INVALID
 */
export function assertIdentityApart({ metadata, spec, status }: Vm): void {
  if (status.identity === undefined || spec.network.router !== undefined) return;
  throw invalidVm(
    `the guest of ${metadata.name} has kept the identity of another VM, and would be on the same network`,
    'set spec.network.router, or make another VM from the snapshot, without --keep-identity',
  );
}
