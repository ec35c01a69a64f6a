import type { RestoredVm } from '@ignite/api/client/life-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { mapConcurrent } from '@ignite/toolkit/async/map-concurrent';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { hostSight, withTruePhase } from '../observe/liveness.ts';
import { type VmGoal, goalOf, isReached } from '../plan/goal-of.ts';
import { withWish } from '@ignite/api/v1/life-wish';
import { isToBeRestored } from '../plan/plan-restore.ts';
import { makerOf } from '../template-maker.ts';
import type { VmPorts } from '../vm-ports.ts';
import { clearRemovedVms } from './clear-removed-vms.ts';
import { removeAllUnfinished } from './remove-unfinished.ts';
import { reconciled, writeWish } from './start-vm.ts';

/**
 * The number of VMs that are reconciled at once. A booting VM keeps a CPU busy, so more of them would only
 * wait for each other.
 */
const concurrency = 2;

/**
 * Reconciles the VMs that are not as they shall be, after a boot of the host or at any time, and returns
 * those that it has brought up or failed to. A failure does not stop the others.
 */
export async function restoreVms(host: VmPorts, op: ClientOperation): Promise<readonly RestoredVm[]> {
  await clearRemovedVms(host, op);
  await clearUnfinished(host, op);
  const own = (await listOwnVms(host)).filter((vm) => makerOf(vm) === undefined); // that of a template is its maker's
  const due = own.filter((vm) => restorationOf(vm, host) !== undefined);
  const restored = await mapConcurrent(due, concurrency, (vm) => restoreVm(vm, host, op));
  return restored.filter((each) => each !== undefined);
}

async function clearUnfinished(host: VmPorts, op: ClientOperation): Promise<void> {
  try {
    await removeAllUnfinished(host, op);
  } catch (failure) {
    op.signal.throwIfAborted();
    op.report({
      kind: 'warning',
      message: `the VM of a template could not be removed: ${errorText(failure)}`,
    });
  }
}

interface Restoration {
  /** True if the policy of the VM wants it up although somebody has stopped it. */
  readonly renewsWish: boolean;
  readonly goal: VmGoal;
}

/** Returns what is to be done about a VM, if anything is. */
function restorationOf(vm: Vm, { paths, clock }: VmPorts): Restoration | undefined {
  const nowMs = clock.now();
  const truePhase = withTruePhase(vm, hostSight(paths, nowMs)).status.phase;
  const renewsWish = vm.spec.power === 'Stopped' && isToBeRestored(vm, truePhase);
  const wanted = renewsWish ? withWish(vm, { power: 'Running' }, nowMs) : vm;
  const goal = goalOf(wanted, { truePhase, nowMs, retryNow: true });
  return isReached(goal, truePhase) ? undefined : { renewsWish, goal };
}

async function restoreVm(
  { metadata: { uid } }: Vm,
  host: VmPorts,
  op: ClientOperation,
): Promise<RestoredVm | undefined> {
  try {
    return await withVmLocked(uid, host, op.signal, async (found) => {
      const restoration = restorationOf(found, host);
      return restoration && (await restore(found, restoration, host, op)); // someone else may have been faster
    });
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure; // it was removed meanwhile
    return undefined;
  }
}

async function restore(
  found: Vm,
  { renewsWish, goal }: Restoration,
  host: VmPorts,
  op: ClientOperation,
): Promise<RestoredVm | undefined> {
  try {
    const wanted = renewsWish ? await writeWish(found, { power: 'Running' }, host) : found;
    const vm = await reconciled(wanted, { retryNow: true }, host, op);
    return goal.kind === 'stopped' || goal.kind === 'gone' ? undefined : { vm };
  } catch (failure) {
    op.signal.throwIfAborted();
    return { vm: found, failure };
  }
}
