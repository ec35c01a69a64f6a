import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { startServing } from '../../tools/guest/identity-channel.ts';
import { locksDir, vmmSockets } from '../../tools/host/paths.ts';
import { cpioArchive, withParents } from '../../tools/kernel/cpio.ts';
import { asBooted } from '../as-booted.ts';
import { guestSilent } from '../errors.ts';
import type { VmPorts } from '../vm-ports.ts';
import { identityPrograms } from './write-seed.ts';

/**
 * Has the guest of a running VM run commands at its ports for them. The channel takes one client at a time, and a guest that boots answers late.
 * @throws CodedError GUEST_SILENT
 */
export async function serveCommands(
  vm: Vm,
  timeoutMs: number,
  host: VmPorts,
  op: ClientOperation,
): Promise<void> {
  const { uid, name } = vm.metadata;
  const signal = AbortSignal.any([op.signal, AbortSignal.timeout(timeoutMs)]);
  const programs = async (): Promise<Buffer> =>
    cpioArchive(withParents(await identityPrograms(asBooted(vm), host)));
  try {
    using _turn = await acquireLock(locksDir(host.paths), `serve-commands-${uid}`, signal);
    await startServing(vmmSockets(host.paths, uid).identity, programs, { ...op, signal });
  } catch (failure) {
    op.signal.throwIfAborted();
    throw guestSilent(name, failure);
  }
}
