import { readFileSync } from 'node:fs';
import type { Vm, VmmProcess } from '@ignite/api/v1/vm';
import { processStartTime } from '@ignite/toolkit/process/pid';

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Whether the very process is alive: not another that has its pid now, nor one of an earlier boot. */
export function isAlive(vmm: VmmProcess, boot: string): boolean {
  return vmm.bootId === boot && processStartTime(vmm.pid) === vmm.startTime;
}

/** The VM as it really is: one whose VMM has gone unrecorded is shown as stopped. Looks, and changes nothing. */
export function withTruePhase(vm: Vm, boot: string): Vm {
  const { vmm, phase } = vm.status;
  if (phase !== 'Running' || (vmm && isAlive(vmm, boot))) return vm;
  return { ...vm, status: { ...vm.status, phase: 'Stopped', message: 'its VMM is gone' } };
}
