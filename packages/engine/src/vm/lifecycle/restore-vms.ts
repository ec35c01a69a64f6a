import type { RestoredVm } from '@ignite/api/client/life-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { mapConcurrent } from '@ignite/toolkit/async/map-concurrent';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { listVms } from '../../tools/store/list-objects.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { bootId, withTruePhase } from '../observe/liveness.ts';
import { isToBeRestored } from '../plan/plan-restore.ts';
import type { VmPorts } from '../vm-ports.ts';
import { clearFailedStart } from './failed-start.ts';
import { startVm } from './start-vm.ts';

/**
 * The number of VMs that start at once. A booting VM keeps a CPU busy, so more of them would only wait for
 * each other.
 */
const concurrency = 2;

/** Starts the VMs that their policies bring back. A failure does not stop the others. */
export async function restoreVms(host: VmPorts, op: ClientOperation): Promise<readonly RestoredVm[]> {
  const wanted = (await listVms(host.store)).filter((vm) => isDue(vm, host));
  const restored = await mapConcurrent(wanted, concurrency, (vm) => restoreVm(vm, host, op));
  return restored.filter((each) => each !== undefined);
}

const isDue = (vm: Vm, { clock }: VmPorts): boolean =>
  isToBeRestored(vm, withTruePhase(vm, bootId(), clock.now()).status.phase);

/** Starts a VM. If that fails, its wanted power stays, so the next restore tries again. */
async function restoreVm(
  { metadata: { uid } }: Vm,
  host: VmPorts,
  op: ClientOperation,
): Promise<RestoredVm | undefined> {
  try {
    return await withVmLocked(uid, host, op.signal, async (found) => {
      if (!isDue(found, host)) return undefined; // someone else was faster
      const { power } = found.spec;
      op.report({ kind: 'step', message: `Starting ${found.metadata.name}` });
      try {
        return { vm: await startVm(found, { power: power === 'Stopped' ? 'Running' : power }, host, op) };
      } catch (failure) {
        await clearFailedStart(found, failure, host, op);
        op.signal.throwIfAborted();
        return { vm: found, failure };
      }
    });
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure; // it was removed meanwhile
    return undefined;
  }
}
