import type { ClientOperation } from '@ignite/api/client/progress';
import { timed } from '@ignite/api/client/timed';
import type { Vm } from '@ignite/api/v1/vm';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { isWorthAnotherBoot, lostClocks } from '../../tools/guest/lost-clocks.ts';
import { vmFiles } from '../../tools/host/paths.ts';
import { readTail } from '../../tools/host/read-tail.ts';
import { asBooted } from '../as-booted.ts';
import { claimVolumes } from '../disks/claim-volumes.ts';
import { observeVm } from '../observe/observe-vm.ts';
import { type Goal, type VmNeeds, planVm } from '../plan/plan-vm.ts';
import { executeStep } from '../steps/execute-step.ts';
import type { VmPorts } from '../vm-ports.ts';
import { resumeSignal } from '../vmm-signal.ts';

/** Brings a VM to a goal from any state. The caller holds the VM's lock. */
export async function reachGoal(vm: Vm, goal: Goal, host: VmPorts, op: ClientOperation): Promise<Vm> {
  // The claims are held until the VMM has opened the volumes, or has failed to start.
  const mayLaunch = goal.kind === 'running' || goal.kind === 'paused';
  using _claim = mayLaunch ? await claimVolumes(asBooted(vm), host, op.signal) : undefined;
  for (let [now, boots] = [vm, 1]; ; boots += 1) {
    try {
      return await takeSteps(now, goal, host, op);
    } catch (failure) {
      if (!hasCode(failure, 'CLOCK_LOST')) throw failure;
      const inVain = lostClocks(await readTail(vmFiles(host.paths, vm.metadata.uid).exitStatus));
      if (inVain === 0 || !isWorthAnotherBoot(boots)) throw failure;
      // Its guest has reset itself before it did anything: that is still the same start.
      now = await takeSteps(now, { kind: 'restarting' }, host, op);
    }
  }
}

async function takeSteps(vm: Vm, goal: Goal, host: VmPorts, op: ClientOperation): Promise<Vm> {
  const have = await observeVm(vm, host, op.signal);
  const goesOn = goal.kind === 'running' || goal.kind === 'paused';
  let isUsedUp = false;
  let now = vm;
  for (const step of planVm(goal, have, needsOf(asBooted(vm)))) {
    // Without its saved state the guest is nowhere but in its VMM, so whoever interrupts comes too late.
    isUsedUp ||= step.kind === 'discard-state' && goesOn;
    // A guest takes its time for its identity, for which it can be asked again.
    const signal = isUsedUp && step.kind !== 'give-identity' ? resumeSignal() : op.signal;
    signal.throwIfAborted();
    now = await timed(step.kind.replaceAll('-', ' '), op, () =>
      executeStep(step, now, host, { ...op, signal }),
    );
    if (step.kind === 'place-snapshot') return await takeSteps(now, goal, host, op);
  }
  return now;
}

function needsOf({ spec, status }: Vm): VmNeeds {
  const volumes = spec.storage?.volumes ?? [];
  return {
    source: spec.source !== undefined,
    image: status.image === undefined,
    kernel: status.kernel === undefined,
    volumes: volumes.length > 0,
    files: volumes.some(({ file }) => file),
    folders: volumes.some(({ hostPath }) => hostPath),
  };
}
