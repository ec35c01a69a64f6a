import type { Vm } from '@ignite/api/v1/vm';
import { sandboxUser } from '../tools/sandbox/sandbox.ts';
import { userTaken } from './errors.ts';

/**
 * Pure. Returns the VM whose VMM has the same user as that of `uid`, since users are made from only a part of
 * the uid.
 */
export const sharesUser = (uid: string, vms: readonly Vm[]): Vm | undefined =>
  vms.find(({ metadata }) => sandboxUser(metadata.uid) === sandboxUser(uid));

/**
 * Refuses a user that another VM has: a VMM that its guest has taken over could do anything to another VMM of
 * the same user.
 * @throws CodedError VM_UID_TAKEN
 */
export function assertOwnUser(uid: string, vms: readonly Vm[]): void {
  const other = sharesUser(
    uid,
    vms.filter(({ metadata }) => metadata.uid !== uid),
  );
  if (other) throw userTaken(uid, other.metadata.name);
}
