import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { claimVolumes } from '../disks/claim-volumes.ts';
import { observeVm } from '../observe/observe-vm.ts';
import { type Goal, type VmNeeds, planVm } from '../plan/plan-vm.ts';
import { executeStep } from '../steps/execute-step.ts';
import type { VmHost } from '../vm-host.ts';

/** Brings a VM to its goal from any state. The caller holds the VM's lock. */
export async function reconcileVm(vm: Vm, goal: Goal, host: VmHost, op: ClientOperation): Promise<Vm> {
  // The claims are held until the VMM has opened the volumes, or has failed to start.
  const mayLaunch = goal.kind === 'running' || goal.kind === 'paused';
  using _claim = mayLaunch ? await claimVolumes(vm, host, op.signal) : undefined;
  const have = await observeVm(vm, host, op.signal);
  let now = vm;
  for (const step of planVm(goal, have, needsOf(vm))) {
    op.signal.throwIfAborted();
    now = await executeStep(step, now, host, op);
  }
  return now;
}

function needsOf({ spec }: Vm): VmNeeds {
  const volumes = spec.storage?.volumes ?? [];
  return {
    volumes: volumes.length > 0,
    files: volumes.some(({ file }) => file),
    folders: volumes.some(({ hostPath }) => hostPath),
  };
}
