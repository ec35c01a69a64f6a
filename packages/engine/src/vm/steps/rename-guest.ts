import { existsSync } from 'node:fs';
import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import type { Vm } from '@ignite/api/v1/vm';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { renameGuest } from '../../tools/guest/identity-channel.ts';
import { vmmSockets } from '../../tools/host/paths.ts';
import type { VmPorts } from '../vm-ports.ts';

/** Gives the guest of a running VM the name of the VM. A guest that does not take it now has it from its next boot on. */
export async function giveGuestItsName(
  { metadata: { uid, name } }: Vm,
  { paths }: Pick<VmPorts, 'paths'>,
  op: ClientOperation,
): Promise<void> {
  const { identity } = vmmSockets(paths, uid);
  if (!existsSync(identity)) return;
  try {
    await timed('guest: take its name', op, () => renameGuest(identity, name, op));
  } catch (failure) {
    op.signal.throwIfAborted();
    const message = `the guest of ${name} has that name from its next boot on: ${errorText(failure)}`;
    op.report({ kind: 'warning', message });
  }
}
