import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { type Bytes, bytes } from '@ignite/toolkit/units/bytes';
import { vmFiles, vmRunFiles, vmmSockets } from '../../tools/host/paths.ts';
import { sandboxUser } from '../../tools/sandbox/sandbox.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import { stateDamaged } from '../../tools/vmm/errors.ts';
import { discardSavedState, writeSavedState } from '../../tools/vmm/saved-state.ts';
import { copyWhole } from '../disks/snapshot-files.ts';
import { suspendFailed } from '../errors.ts';
import { asBooted } from '../as-booted.ts';
import { machineOf, traitsOf } from '../launch/machine-of.ts';
import { hasCommandPorts } from '../observe/command-ports.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { resumeSignal } from '../vmm-signal.ts';

/** The size limit of what a state contains besides the guest's memory: its devices, and a mark for each page. */
const devicesLimit = 256 * 2 ** 20;
const markShare = 1 / 256;

/** Pure. Returns the size limit of the state of a machine that has so much memory. */
export const stateLimit = (memory: Bytes): Bytes => bytes(Math.ceil(memory * (1 + markShare)) + devicesLimit);

/**
 * Saves the state of a paused VM. If that fails, the VM goes on.
 * @throws CodedError SUSPEND_FAILED
 */
export async function saveVmState(vm: Vm, host: VmPorts, op: ClientOperation): Promise<void> {
  const { name } = vm.metadata;
  op.report({ kind: 'step', message: `Saving the memory of ${name}` });
  try {
    await saveMachine(vm, vmFiles(host.paths, vm.metadata.uid).savedState, host, op.signal);
  } catch (failure) {
    await goOn(vm, host);
    op.signal.throwIfAborted();
    throw suspendFailed(name, failure);
  }
}

/** Saves the state of a paused VM's machine in a folder, which appears once the state is complete. */
export async function saveMachine(vm: Vm, dir: string, host: VmPorts, signal: AbortSignal): Promise<void> {
  const { uid } = vm.metadata;
  const guest = asBooted(vm);
  const [vmm, sockets] = [vmmOf(guest, host), vmmSockets(host.paths, uid)];
  const runsCommands = hasCommandPorts(vm, host.paths);
  const traits = {
    ...(await traitsOf(guest, await machineOf(guest, { runsCommands }, host, signal))),
    VMM: await vmm.version(sockets, signal),
  };
  const limit = stateLimit(guest.spec.memory);
  const { memory } = vmRunFiles(host.paths, uid);
  const hasMemoryFile = existsSync(memory);
  const copy = async (path: string): Promise<void> => {
    const { size } = await stat(memory);
    if (size !== guest.spec.memory) throw stateDamaged(`its memory has ${size} bytes`); // it could fill the disk
    await copyWhole(memory, path, host.runner, signal);
  };
  await writeSavedState(
    dir,
    { traits, limit },
    (target) => vmm.saveState(sockets, target, { owner: sandboxUser(uid), hasMemoryFile }, signal),
    hasMemoryFile ? { size: guest.spec.memory, copy } : undefined,
  );
}

/** Lets the guest go on, but never beside a state of it: the save may have failed after the state was complete. */
async function goOn(vm: Vm, host: VmPorts): Promise<void> {
  await discardSavedState(vmFiles(host.paths, vm.metadata.uid).savedState);
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  await vmmOf(vm, host).resume(sockets, resumeSignal());
  await changeVmStatus(host.objects, vm, ({ status }) => ({ ...status, phase: 'Running' }));
}
