import type { Vm } from '@ignite/api/v1/vm';
import { sandboxUser } from '../sandbox/sandbox.ts';
import { userTaken } from './errors.ts';

/** Pure. A VM whose VMM runs as the user that one with this uid would run as: users are made of a part of it. */
export const sharesUser = (uid: string, vms: readonly Vm[]): Vm | undefined =>
  vms.find(({ metadata }) => sandboxUser(metadata.uid) === sandboxUser(uid));

/** A VMM that a guest has broken into could do to another one of its user whatever it likes. @throws CodedError VM_UID_TAKEN */
export function assertOwnUser(uid: string, vms: readonly Vm[]): void {
  const other = sharesUser(
    uid,
    vms.filter(({ metadata }) => metadata.uid !== uid),
  );
  if (other) throw userTaken(uid, other.metadata.name);
}
