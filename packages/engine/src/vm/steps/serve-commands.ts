import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { startServing } from '../../tools/guest/identity-channel.ts';
import { locksDir, vmFiles, vmmSockets } from '../../tools/host/paths.ts';
import { guestSilent } from '../errors.ts';
import type { VmPorts } from '../vm-ports.ts';
import { packedPrograms } from './write-seed.ts';

const identityPollMs = 200;

/**
 * Has the guest of a running VM run commands at its ports for them. The channel takes one client at a time, and a guest that boots answers late.
 * One that goes on from a snapshot of another VM is still that one until it has taken its own identity.
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
  try {
    await untilItself(vmFiles(host.paths, uid).identityDue, signal);
    using _turn = await acquireLock(locksDir(host.paths), `serve-commands-${uid}`, signal);
    await startServing(vmmSockets(host.paths, uid).identity, () => packedPrograms(vm, host), {
      ...op,
      signal,
    });
  } catch (failure) {
    op.signal.throwIfAborted();
    throw guestSilent(name, failure);
  }
}

async function untilItself(identityDue: string, signal: AbortSignal): Promise<void> {
  while (existsSync(identityDue))
    await delay(identityPollMs, undefined, { signal }).catch((cause: unknown) => {
      throw new Error('it has not taken its own identity yet', { cause });
    });
}
