import type { ClientOperation } from '@ignite/api/client/progress';
import type { RestartStatus, Vm } from '@ignite/api/v1/vm';
import { hostProcess } from '../../tools/host/host-process.ts';
import { noteRestart } from '../../tools/host/noted-restarts.ts';
import { noteVmProcesses } from '../../tools/host/vm-processes.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import { isSaved } from '../observe/liveness.ts';
import { readExit } from '../observe/vm-exit.ts';
import type { VmExit } from '../plan/exit-status.ts';
import { isNewWish } from '@ignite/api/v1/life-wish';
import { planRestart } from '../plan/plan-restart.ts';
import { stoppedStatus } from '../plan/stopped-status.ts';
import { recordEnd, recordWrite } from '../steps/vm-events.ts';
import type { VmPorts } from '../vm-ports.ts';
import { reachGoal } from './reach-goal.ts';

/**
 * Cleans up after a VM that has ended by itself, and records whether it restarts. Does nothing for a VM that
 * has not ended, or of which somebody wants something else meanwhile. The caller holds the VM's lock.
 */
export async function settleEnd(vm: Vm, host: VmPorts, op: ClientOperation): Promise<Vm> {
  if (isSaved(vm, host.paths)) return vm; // it is suspended
  if (isNewWish(vm) || (await host.sandbox.observe(vm.metadata.uid)).state !== 'exited') return vm;
  const exit = await readExit(vm, host, op.signal);
  const plan = planRestart(vm, exit, host.clock.now());
  if (plan.kind === 'stay') return await reachGoal(vm, { kind: 'down', graceMs: 0 }, host, op);
  await recordEnd(vm, exit, true, host);
  const restarting = await recordRestart(vm, exit, plan.restarts, host);
  return await reachGoal(restarting, { kind: 'restarting' }, host, op);
}

/** Records when a VM that has ended restarts. The caller holds the VM's lock. */
export async function recordRestart(
  vm: Vm,
  { kind: _kind, ...exit }: VmExit,
  restarts: RestartStatus,
  host: VmPorts,
): Promise<Vm> {
  noteRestart(vm.metadata.uid, host.paths);
  noteVmProcesses(vm, { starter: hostProcess(process.pid) }, host.paths);
  const restarting = await changeVmStatus(
    host.objects,
    vm,
    ({ status: { exitCode: _code, message: _message, ...status } }) => ({
      ...stoppedStatus(status, host.clock.now()),
      ...exit,
      phase: 'Restarting',
      restarts,
    }),
  );
  const message = `restarting in ${restarts.pauseMs / 1_000} s; restarted ${restarts.count} times so far`;
  await recordWrite(restarting, { reason: 'Restarting', message }, host);
  return restarting;
}
