import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { bootId, endedProcess, hostProcess, isAlive } from '../../tools/host/host-process.ts';
import { isServed } from '../../tools/host/served-host.ts';
import { noteVmProcesses, readVmProcesses } from '../../tools/host/vm-processes.ts';
import { isHostStopping } from '../../tools/host/systemd.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { findVm } from '../../tools/store/vm-objects.ts';
import type { VmPorts } from '../vm-ports.ts';
import { reconcileLocked } from './reconcile-vm.ts';
import { settleEnd } from './settle-end.ts';

/** The interval at which a waiting restart checks whether someone has stopped, started or removed the VM. */
const lookMs = 500;

/**
 * Reconciles a VM after its VMM has ended. A VM that is being removed is only cleaned up after: whoever
 * removes it is at work, or repeats the command. Does nothing for a VM that is gone.
 */
export async function settleVm(uid: string, host: VmPorts, op: ClientOperation): Promise<void> {
  try {
    await withVmLocked(uid, host, op.signal, async (vm) =>
      vm.metadata.deletionTimestamp === undefined
        ? (await reconcileLocked(vm, {}, host, op)).vm
        : await settleEnd(vm, host, op),
    );
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
  }
}

/**
 * Restarts a VM, each time when its delay is over, for as long as its policy wants it and no ignited does so. No lock is
 * held while it waits, so any other command on the VM wins.
 */
export async function restartWhenDue(uid: string, host: VmPorts, op: ClientOperation): Promise<void> {
  try {
    // An ignited that stops leaves the restart to a process that is noted, so the last look comes after the note.
    while (await untilServed(uid, host, op)) {
      await handOver(uid, host, op);
      if (isServed(host.paths)) return;
    }
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
  }
}

/** Restarts a VM for as long as no ignited does so. Returns whether one has come. */
async function untilServed(uid: string, host: VmPorts, op: ClientOperation): Promise<boolean> {
  if (isServed(host.paths)) return true;
  for (let vm = await takeOver(uid, host, op); vm.status.phase === 'Restarting';) {
    if (isServed(host.paths)) return true;
    await host.clock.sleep(Math.min(lookMs, Math.max(0, dueMs(vm) - host.clock.now())), op.signal);
    vm = await findVm(host.objects, uid);
    if (vm.status.phase !== 'Restarting' || dueMs(vm) > host.clock.now()) continue;
    if (await isHostStopping(host.runner, op.signal)) return false;
    vm = await withVmLocked(uid, host, op.signal, async (found) =>
      found.status.phase === 'Restarting' ? (await reconcileLocked(found, {}, host, op)).vm : found,
    );
    op.signal.throwIfAborted();
  }
  return false;
}

const dueMs = ({ status }: Vm): number => Date.parse(status.restarts?.nextTime ?? '') || 0;

/** Records this process as the one that starts the VM, unless another process that does so is alive. */
async function takeOver(uid: string, host: VmPorts, op: ClientOperation): Promise<Vm> {
  return await withVmLocked(uid, host, op.signal, async (found) => {
    if (found.status.phase === 'Restarting' && !isMine(found, host))
      noteVmProcesses(found, { starter: hostProcess(process.pid) }, host.paths);
    return found;
  });
}

/** Records that this process, which is about to end, no longer waits for the restart. */
async function handOver(uid: string, host: VmPorts, op: ClientOperation): Promise<void> {
  if (!isMine(await findVm(host.objects, uid), host)) return;
  await withVmLocked(uid, host, op.signal, async (found) => {
    if (found.status.phase === 'Restarting' && isMine(found, host))
      noteVmProcesses(found, { starter: endedProcess() }, host.paths);
  });
}

/** Tells whether this process is noted as the one that starts the VM. */
function isMine(vm: Vm, { paths }: VmPorts): boolean {
  const { starter } = readVmProcesses(vm, paths);
  return starter?.pid === process.pid && isAlive(starter, bootId());
}
