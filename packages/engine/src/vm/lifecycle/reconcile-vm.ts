import { isDeepStrictEqual } from 'node:util';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { changeVmStatus } from '../../tools/store/vm-objects.ts';
import { withBootstrap } from '../observe/bootstrap.ts';
import { hostSight, isSaved, withTruePhase } from '../observe/liveness.ts';
import { goalOf } from '../plan/goal-of.ts';
import type { VmPorts } from '../vm-ports.ts';
import { acceptVm } from './accept-vm.ts';
import { assertSuspendable } from './assert-suspendable.ts';
import { bringUpFromTemplate } from './bring-up-from-template.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { reachGoal } from './reach-goal.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import { settleEnd } from './settle-end.ts';

const defaultGraceMs = 30_000;

/**
 * Makes a VM what its object says, and records how far that has come. It reads the wish and never writes it, except that it takes out
 * a template that cannot be used.
 * A start that fails is told in the outcome and in the status; any other failure is thrown.
 * @throws CodedError VM_NOT_FOUND
 */
export async function reconcileVm(
  query: string,
  request: ReconcileRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<Outcome> {
  return await withVmLocked(query, host, op.signal, (vm) => reconcileLocked(vm, request, host, op));
}

/** As `reconcileVm`, for a VM whose lock the caller holds. */
export async function reconcileLocked(
  found: Vm,
  request: ReconcileRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<Outcome> {
  const accepted = await acceptVm(found, host);
  const vm = await settleEnd(accepted, host, op);
  if (hasJustEnded(vm, accepted)) return outcomeOf(vm, host.clock.now());
  const { vm: pursued, failure } = await pursue(vm, request, host, op);
  return pursued.metadata.deletionTimestamp === undefined
    ? outcomeOf(await recordSeen(pursued, found.metadata.generation, host), host.clock.now(), failure)
    : outcomeOf(pursued, host.clock.now());
}

/** Tells whether a VM has ended just now and its policy brings it up again, after a pause. */
const hasJustEnded = (vm: Vm, before: Vm): boolean =>
  vm.status.phase === 'Restarting' && before.status.phase !== 'Restarting';

async function pursue(
  vm: Vm,
  request: ReconcileRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<{ readonly vm: Vm; readonly failure?: unknown }> {
  const { graceMs = defaultGraceMs, retryNow = false } = request;
  const nowMs = host.clock.now();
  const truePhase = withTruePhase(vm, hostSight(host.paths, nowMs)).status.phase;
  const goal = goalOf(vm, { truePhase, nowMs, retryNow });
  switch (goal.kind) {
    case 'rest':
      return { vm };
    case 'gone':
      return { vm: await reachGoal(vm, goal, host, op) };
    case 'stopped':
      return { vm: await reachGoal(vm, { kind: 'stopped', graceMs }, host, op) };
    case 'suspended':
      if (!isSaved(vm, host.paths)) assertSuspendable(vm, host);
      return { vm: await reachGoal(vm, goal, host, op) };
    case 'running':
    case 'paused':
      return await bringUpFromTemplate(vm, goal, request, host, op);
    case 'restarted':
      return await bringUpFromTemplate(vm, { ...goal, graceMs }, request, host, op);
  }
}

/** Records the generation that was acted upon, and what the guest has told. */
async function recordSeen(
  vm: Vm,
  observedGeneration: number,
  { objects, paths }: Pick<VmPorts, 'objects' | 'paths'>,
): Promise<Vm> {
  const { bootstrap } = withBootstrap(vm, paths).status;
  if (
    vm.status.observedGeneration === observedGeneration &&
    isDeepStrictEqual(bootstrap, vm.status.bootstrap)
  )
    return vm;
  return await changeVmStatus(objects, vm, ({ status }) => ({
    ...status,
    observedGeneration,
    ...(bootstrap && { bootstrap }),
  }));
}
