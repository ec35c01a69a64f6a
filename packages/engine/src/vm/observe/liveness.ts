import type { Vm } from '@ignite/api/v1/vm';
import { bootId, isAlive } from '../../tools/host/host-process.ts';
import { type Paths, vmFiles } from '../../tools/host/paths.ts';
import { type VmProcesses, readVmProcesses } from '../../tools/host/vm-processes.ts';
import { hasSavedState } from '../../tools/vmm/has-saved-state.ts';

/** The time by which the process that restarts a VM may be late. */
const lateMs = 30_000;

/** What this host knows at a moment about its VMs beside the store. */
export interface HostSight {
  /** The id of this host's boot. */
  readonly boot: string;
  readonly nowMs: number;
  readonly processesOf: (vm: Vm) => VmProcesses;
  /** Tells whether the state of a VM's machine is saved. */
  readonly isSaved: (vm: Vm) => boolean;
}

/** Tells whether the state of a VM's machine is saved, and its guest has not gone on since. */
export const isSaved = ({ metadata: { uid } }: Vm, paths: Paths): boolean =>
  hasSavedState(vmFiles(paths, uid).savedState);

export const hostSight = (paths: Paths, nowMs: number): HostSight => ({
  boot: bootId(),
  nowMs,
  processesOf: (vm) => readVmProcesses(vm, paths),
  isSaved: (vm) => isSaved(vm, paths),
});

/**
 * Returns the VM with its true phase. The processes that ran or changed the VM may be gone, with nobody left
 * to record that. Nothing is changed.
 */
export function withTruePhase(vm: Vm, { boot, nowMs, processesOf, isSaved: isVmSaved }: HostSight): Vm {
  const { phase, restarts } = vm.status;
  switch (phase) {
    case 'Running':
    case 'Paused':
    case 'Stopping': {
      const { vmm, monitor } = processesOf(vm);
      if (vmm && isAlive(vmm, boot)) return vm;
      if (isVmSaved(vm)) return { ...vm, status: { ...vm.status, phase: 'Suspended' } };
      return monitor && isAlive(monitor, boot)
        ? as('Stopping', 'the VM has ended and is being cleaned up', vm)
        : as('Stopped', 'the VMM is gone', vm);
    }
    case 'Starting': {
      const { starter } = processesOf(vm);
      if (starter && isAlive(starter, boot)) return vm;
      if (isVmSaved(vm)) return { ...vm, status: { ...vm.status, phase: 'Suspended' } };
      return starter?.bootId === boot
        ? as('Failed', 'the start was interrupted', vm)
        : as('Stopped', 'the host went down during the start', vm);
    }
    case 'Restarting': {
      const { starter } = processesOf(vm);
      const isDue = nowMs < Date.parse(restarts?.nextTime ?? '') + lateMs;
      if (starter && (isAlive(starter, boot) || (starter.bootId === boot && isDue))) return vm;
      return as('Stopped', 'the restart was interrupted', vm);
    }
    case 'Suspended':
      return isVmSaved(vm) ? vm : as('Stopped', 'its saved state is gone', vm);
    case 'Created':
    case 'Stopped':
    case 'Failed':
    case 'Unknown':
      return vm;
  }
}

const as = (phase: 'Stopping' | 'Stopped' | 'Failed', message: string, vm: Vm): Vm => ({
  ...vm,
  status: { ...vm.status, phase, message: vm.status.message ?? message },
});
