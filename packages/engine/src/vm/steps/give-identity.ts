import { rm } from 'node:fs/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { giveIdentity } from '../../tools/guest/identity-channel.ts';
import { vmFiles, vmmSockets } from '../../tools/host/paths.ts';
import { asBooted } from '../as-booted.ts';
import { identityRefused } from '../errors.ts';
import { machineOf } from '../launch/machine-of.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { vmmSignal } from '../vmm-signal.ts';
import { identitySeed } from './write-seed.ts';

/** Cuts the interfaces of a VM off, or connects them with the network. */
export async function setLinks(vm: Vm, up: boolean, host: VmPorts, signal: AbortSignal): Promise<void> {
  const guest = asBooted(vm);
  const { machine } = await machineOf(guest, {}, host, signal);
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  await vmmOf(guest, host).setLinks(sockets, { count: machine.nics.length, up }, vmmSignal(signal));
}

/**
 * Gives a guest that goes on from a snapshot its own identity, and connects it with the network once it has taken it. A guest that
 * was given it before takes it again.
 * @throws CodedError IDENTITY_REFUSED
 */
export async function giveVmIdentity(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<void> {
  const { uid, name } = vm.metadata;
  const seed = await identitySeed(asBooted(vm), host, signal);
  try {
    await giveIdentity(vmmSockets(host.paths, uid).identity, seed, signal);
  } catch (failure) {
    signal.throwIfAborted();
    throw identityRefused(name, failure);
  }
  await setLinks(vm, true, host, signal);
  await rm(vmFiles(host.paths, uid).identityDue, { force: true });
}
