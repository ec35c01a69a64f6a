import type { ClientOperation } from '@ignite/api/client/progress';
import type { RestartStatus, Vm } from '@ignite/api/v1/vm';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { hostProcess } from '../../tools/host/host-process.ts';
import { forgetRestart } from '../../tools/host/noted-restarts.ts';
import { noteVmProcesses, readVmProcesses } from '../../tools/host/vm-processes.ts';
import type { SandboxObservation } from '../../tools/sandbox/sandbox.ts';
import { listOwnVms } from '../../tools/store/own-vms.ts';
import { changeVmStatus, getVm } from '../../tools/store/vm-objects.ts';
import { isSaved } from '../observe/liveness.ts';
import { cannotPause } from '../errors.ts';
import { assertOwnUser } from '../own-user.ts';
import { isNewWish, lifeWishOf } from '@ignite/api/v1/life-wish';
import { planRestart } from '../plan/plan-restart.ts';
import type { LaunchOptions } from '../launch-options.ts';
import { betweenLives } from '../plan/stopped-status.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { clearFailedStart, keepFailedStart } from './failed-start.ts';
import { reachGoal } from './reach-goal.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import { recordRestart, settleEnd } from './settle-end.ts';

/** What a VM is to be once it is up. */
type Up = 'running' | 'paused';

export type UpGoal =
  { readonly kind: Up } | { readonly kind: 'restarted'; readonly as: Up; readonly graceMs: number };

/**
 * Brings a VM up from any state. What a failed start has made is removed, and the failure recorded; a VM that
 * cannot be stopped for its restart stays as it is. The caller holds the VM's lock.
 */
export async function bringUp(
  vm: Vm,
  goal: UpGoal,
  request: ReconcileRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<{ readonly vm: Vm; readonly failure?: unknown }> {
  const up = goal.kind === 'restarted' ? goal.as : goal.kind;
  if (up === 'paused') assertPausable(vm, host);
  if (goal.kind !== 'restarted') {
    const seen = await host.sandbox.observe(vm.metadata.uid);
    if (isStarted(vm, seen, host)) return { vm: await reachGoal(vm, { kind: up }, host, op) };
    // It ran when its end was looked for, and has ended since. A VMM whose guest is saved has no end to settle.
    const isOver = seen.state === 'exited' && !isSaved(vm, host.paths);
    if (isOver && !isNewWish(vm)) return { vm: await settleEnd(vm, host, op) };
  }
  const down = goal.kind === 'restarted' ? await reachGoal(vm, { ...goal, kind: 'down' }, host, op) : vm;
  const wasSaved = isSaved(down, host.paths);
  try {
    return { vm: await start(down, { ...request, kind: up }, host, op) };
  } catch (failure) {
    // A guest whose saved state is used up is in its VMM alone, so that stays. The next reconcile resumes the guest.
    const isUsedUp = wasSaved && !isSaved(down, host.paths);
    if (isUsedUp && isStarted(down, await host.sandbox.observe(vm.metadata.uid), host)) throw failure;
    return { vm: await giveUp(vm, failure, request, host, op), failure };
  }
}

/** @throws CodedError PAUSE_UNSUPPORTED */
export function assertPausable(vm: Vm, host: VmPorts): void {
  const { name, capabilities } = vmmOf(vm, host);
  if (!capabilities.pause) throw cannotPause(name);
}

/** Tells whether a VM runs and its start was recorded. What fails after that is no failed start. */
const isStarted = (vm: Vm, seen: SandboxObservation, { paths }: VmPorts): boolean =>
  seen.state === 'running' && seen.pid === readVmProcesses(vm, paths).vmm?.pid;

async function start(
  vm: Vm,
  goal: { readonly kind: Up } & LaunchOptions,
  host: VmPorts,
  op: ClientOperation,
): Promise<Vm> {
  // Earlier versions did not refuse uids, so two VMs may have the same user.
  assertOwnUser(vm.metadata.uid, await listOwnVms(host));
  op.report({ kind: 'step', message: `Starting ${vm.metadata.name}` });
  return await reachGoal(await recordStarting(vm, host), goal, host, op);
}

/** Records that this process starts the VM, and which wish it acts upon. */
async function recordStarting(vm: Vm, { paths, objects }: VmPorts): Promise<Vm> {
  noteVmProcesses(vm, { starter: hostProcess(process.pid) }, paths);
  const lastWish = lifeWishOf(vm);
  const isAutomatic = vm.status.phase === 'Restarting' && !isNewWish(vm);
  const starting = await changeVmStatus(objects, vm, ({ spec, status: { restarts, ...status } }) => ({
    // After a power failure, the end of the previous run is not recorded. A saved guest goes on with its life.
    ...(isSaved(vm, paths) ? status : { ...betweenLives(status), booted: spec }),
    phase: 'Starting',
    lastWish,
    ...(isAutomatic && restarts && { restarts: withoutTime(restarts) }),
  }));
  forgetRestart(vm.metadata.uid, paths);
  return starting;
}

const withoutTime = ({ nextTime: _next, ...restarts }: RestartStatus): RestartStatus => restarts;

/**
 * Clears up after a failed start. A restart that has failed counts as another end of the VM; one that was cut short is
 * still due.
 */
async function giveUp(
  vm: Vm,
  failure: unknown,
  { keepFailed = false }: ReconcileRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<Vm> {
  const clear = keepFailed ? keepFailedStart : clearFailedStart;
  await clear(vm, failure, host, op);
  const failed = await getVm(host.objects, vm.metadata);
  if (vm.status.phase !== 'Restarting' || isNewWish(vm)) return failed;
  const exit = { kind: 'ended', message: errorText(failure) } as const;
  const { restarts } = vm.status;
  if (op.signal.aborted) return restarts ? await recordRestart(failed, exit, restarts, host) : failed;
  const plan = planRestart(failed, exit, host.clock.now());
  return plan.kind === 'stay' ? failed : await recordRestart(failed, exit, plan.restarts, host);
}
