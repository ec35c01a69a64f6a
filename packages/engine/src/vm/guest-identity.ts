import type { GuestIdentity, Vm } from '@ignite/api/v1/vm';

/** Pure. Returns what the guest of a VM takes itself for: the VM, unless it has kept the identity of another one. */
export const identityOf = ({ metadata: { uid, name }, status }: Vm): GuestIdentity =>
  status.identity ?? { vmUid: uid, hostname: name };
