import type { ClientOperation } from '@ignite/api/client/progress';
import type { RestartStatus, Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { changeVm } from '../../tools/store/vm-store.ts';
import { hostProcess } from '../observe/liveness.ts';
import { readExit } from '../observe/vm-exit.ts';
import type { VmExit } from '../plan/exit-status.ts';
import { planRestart } from '../plan/plan-restart.ts';
import { stoppedStatus } from '../plan/stopped-status.ts';
import { recordEnd, recordWrite } from '../steps/vm-events.ts';
import type { VmPorts } from '../vm-ports.ts';
import { reconcileVm } from './reconcile-vm.ts';

/**
 * Cleans up after a VM that has ended by itself, and records whether it restarts. Does nothing for a VM that
 * runs or is gone.
 */
export async function settleVm(uid: string, host: VmPorts, op: ClientOperation): Promise<void> {
  try {
    await withVmLocked(uid, host, op.signal, async (vm) => {
      if ((await host.sandbox.observe(uid)).state !== 'exited') return vm;
      const exit = await readExit(vm, host, op.signal);
      const plan = planRestart(vm, exit, host.clock.now());
      if (plan.kind === 'stay') return await reconcileVm(vm, { kind: 'stopped', graceMs: 0 }, host, op);
      await recordEnd(vm, exit, host);
      return await reconcileVm(
        await recordRestart(vm, exit, plan.restarts, host),
        { kind: 'restarting' },
        host,
        op,
      );
    });
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
  }
}

/** Records when a VM that has ended restarts. The caller holds the VM's lock. */
export async function recordRestart(
  vm: Vm,
  { kind: _kind, ...exit }: VmExit,
  restarts: RestartStatus,
  host: VmPorts,
): Promise<Vm> {
  const starter = hostProcess(process.pid);
  const restarting = await changeVm(
    host.store,
    vm,
    ({ status: { exitCode: _code, message: _message, ...status } }) => ({
      status: {
        ...stoppedStatus(status, host.clock.now()),
        ...exit,
        phase: 'Restarting',
        starter,
        restarts,
      },
    }),
  );
  const message = `restarting in ${restarts.pauseMs / 1_000} s; restarted ${restarts.count} times so far`;
  await recordWrite(restarting, { reason: 'Restarting', message }, host);
  return restarting;
}
