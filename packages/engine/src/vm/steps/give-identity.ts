import { rm } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import type { Vm } from '@ignite/api/v1/vm';
import { giveIdentity, prepareGuest } from '../../tools/guest/identity-channel.ts';
import { vmFiles, vmmSockets } from '../../tools/host/paths.ts';
import { asBooted } from '../as-booted.ts';
import { identityRefused } from '../errors.ts';
import { machineOf } from '../launch/machine-of.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { vmmSignal } from '../vmm-signal.ts';
import { identitySeed, packedPrograms } from './write-seed.ts';

/** Cuts the interfaces of a VM off, or connects them with the network. */
export async function setLinks(vm: Vm, up: boolean, host: VmPorts, signal: AbortSignal): Promise<void> {
  const guest = asBooted(vm);
  const { machine } = await machineOf(guest, {}, host, signal);
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  await vmmOf(guest, host).setLinks(sockets, { count: machine.nics.length, up }, vmmSignal(signal));
}

/**
 * Gives the guest of a running VM what its copies need to take an identity. What comes later is larger and slower if that fails, but
 * does without.
 */
export async function prepareForCopies(vm: Vm, host: VmPorts, op: ClientOperation): Promise<void> {
  try {
    const { identity } = vmmSockets(host.paths, vm.metadata.uid);
    await timed('prepare the guest', op, () => prepareGuest(identity, () => packedPrograms(vm, host), op));
  } catch {
    op.signal.throwIfAborted();
  }
}

/**
 * Gives a guest that goes on from a snapshot its own identity, and connects it with the network once it has taken it. A guest that
 * was given it before takes it again.
 * @throws CodedError IDENTITY_REFUSED
 */
export async function giveVmIdentity(vm: Vm, host: VmPorts, op: ClientOperation): Promise<void> {
  const { signal } = op;
  const { uid, name } = vm.metadata;
  const guest = asBooted(vm);
  try {
    await giveIdentity(
      vmmSockets(host.paths, uid).identity,
      (readiness) => identitySeed(guest, readiness, host, signal),
      op,
    );
  } catch (failure) {
    signal.throwIfAborted();
    throw identityRefused(name, failure);
  }
  await timed('join links', op, () => setLinks(vm, true, host, signal));
  await rm(vmFiles(host.paths, uid).identityDue, { force: true });
}
