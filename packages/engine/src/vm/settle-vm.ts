import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { type VmHost, stoppedStatus } from './execute-step.ts';
import type { VmExit } from './exit-status.ts';
import { hostProcess } from './liveness.ts';
import { planRestart } from './plan-restart.ts';
import { reconcileVm } from './reconcile-vm.ts';
import { readExit } from './vm-exit.ts';
import { withVmLocked } from './vm-lock.ts';
import { changeVm } from './vm-store.ts';

/**
 * Clears up after a VM that has ended by itself, and records whether it is to start again; does nothing to one that runs
 * or is gone.
 */
export async function settleVm(uid: string, host: VmHost, op: ClientOperation): Promise<void> {
  try {
    await withVmLocked(uid, host, op.signal, async (vm) => {
      if ((await host.sandbox.observe(uid)).state !== 'exited') return vm;
      const restarting = await recordRestart(vm, await readExit(vm, host, op.signal), host);
      return restarting
        ? await reconcileVm(restarting, { kind: 'restarting' }, host, op)
        : await reconcileVm(vm, { kind: 'stopped', graceMs: 0 }, host, op);
    });
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
  }
}

/** Writes down when a VM that has ended is started again; undefined when it is not. The caller holds the VM's lock. */
export async function recordRestart(vm: Vm, exit: VmExit, host: VmHost): Promise<Vm | undefined> {
  const plan = planRestart(vm, exit, host.clock.now());
  if (plan.kind === 'stay') return undefined;
  const { kind: _kind, ...how } = exit;
  const starter = hostProcess(process.pid);
  return await changeVm(host.store, vm, ({ status: { exitCode: _code, message: _message, ...status } }) => ({
    status: {
      ...stoppedStatus(status, host.clock.now()),
      ...how,
      phase: 'Restarting',
      starter,
      restarts: plan.restarts,
    },
  }));
}
