import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { executeStep, type VmHost } from './execute-step.ts';
import { observeVm } from './observe-vm.ts';
import { type Goal, planVm } from './plan-vm.ts';

/** Brings a VM to its goal from wherever it is. The caller holds the VM's lock. */
export async function reconcileVm(vm: Vm, goal: Goal, host: VmHost, op: ClientOperation): Promise<Vm> {
  const have = await observeVm(vm, host, op.signal);
  let now = vm;
  for (const step of planVm(goal, have)) {
    op.signal.throwIfAborted();
    now = await executeStep(step, now, host, op);
  }
  return now;
}
