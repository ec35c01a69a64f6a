import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { type VmProcesses, noteVmProcesses } from '../../tools/host/vm-processes.ts';
import { changeVm, changeVmStatus, vmFinalizer } from '../../tools/store/vm-objects.ts';
import { archOf } from '../arch-of.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * Fills in what an object lacks that somebody else has put into the store, and moves to this host's files what an older
 * Ignite kept there.
 */
export async function acceptVm(vm: Vm, { objects, paths }: VmPorts): Promise<Vm> {
  const { finalizers, deletionTimestamp } = vm.metadata;
  const isKept = finalizers.includes(vmFinalizer) || deletionTimestamp !== undefined;
  const isOld = 'vmm' in vm.status || 'monitor' in vm.status || 'starter' in vm.status;
  if (isKept && !isOld && vm.status.arch !== undefined) return vm;
  if (isOld) noteVmProcesses(vm, {}, paths);
  const kept = isKept
    ? vm
    : await changeVm(objects, vm, ({ metadata }) => ({ finalizers: [...metadata.finalizers, vmFinalizer] }));
  return await changeVmStatus(objects, kept, (now) => ({
    ...withoutProcesses(now.status),
    arch: archOf(now),
  }));
}

function withoutProcesses(stored: VmStatus): VmStatus {
  const { vmm: _vmm, monitor: _monitor, starter: _starter, ...status } = stored as VmStatus & VmProcesses;
  return status;
}
