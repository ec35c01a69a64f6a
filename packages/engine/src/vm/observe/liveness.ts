import { readFileSync } from 'node:fs';
import type { HostProcess, Vm } from '@ignite/api/v1/vm';
import { processStartTime } from '@ignite/toolkit/process/pid';

/** The time by which the process that restarts a VM may be late. */
const lateMs = 30_000;

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Returns the process that has the pid now. */
export const hostProcess = (pid: number): HostProcess => ({
  pid,
  startTime: processStartTime(pid) ?? 0,
  bootId: bootId(),
});

/**
 * Tells whether this very process is alive, rather than another process that has its pid now, or one of an
 * earlier boot.
 */
export function isAlive(found: HostProcess, boot: string): boolean {
  return found.bootId === boot && processStartTime(found.pid) === found.startTime;
}

/**
 * Returns the VM with its true phase. The processes that ran or changed the VM may be gone, with nobody left
 * to record that. Nothing is changed.
 */
export function withTruePhase(vm: Vm, boot: string, nowMs: number): Vm {
  const { phase, vmm, monitor, starter, restarts } = vm.status;
  switch (phase) {
    case 'Running':
    case 'Paused':
    case 'Stopping':
      if (vmm && isAlive(vmm, boot)) return vm;
      return monitor && isAlive(monitor, boot)
        ? as('Stopping', 'the VM has ended and is being cleaned up', vm)
        : as('Stopped', 'the VMM is gone', vm);
    case 'Starting':
      if (!starter || isAlive(starter, boot)) return vm;
      return starter.bootId === boot
        ? as('Failed', 'the start was interrupted', vm)
        : as('Stopped', 'the host went down during the start', vm);
    case 'Restarting': {
      const isDue = nowMs < Date.parse(restarts?.nextTime ?? '') + lateMs;
      if (starter && (isAlive(starter, boot) || (starter.bootId === boot && isDue))) return vm;
      return as('Stopped', 'the restart was interrupted', vm);
    }
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
