import type { Vm, VmStatus } from '@ignite/api/v1/vm';
import { type VmProcesses, noteVmProcesses } from '../../tools/host/vm-processes.ts';
import { changeVm, vmFinalizer } from '../../tools/store/vm-store.ts';
import { archOf } from '../arch-of.ts';
import type { VmPorts } from '../vm-ports.ts';

/**
 * Fills in what an object lacks that somebody else has put into the store, and moves to this host's files what an older
 * Ignite kept there.
 */
export async function acceptVm(vm: Vm, { store, paths }: VmPorts): Promise<Vm> {
  const { finalizers, deletionTimestamp } = vm.metadata;
  const isKept = finalizers.includes(vmFinalizer) || deletionTimestamp !== undefined;
  const isOld = 'vmm' in vm.status || 'monitor' in vm.status || 'starter' in vm.status;
  if (isKept && !isOld && vm.status.arch !== undefined) return vm;
  if (isOld) noteVmProcesses(vm, {}, paths);
  return await changeVm(store, vm, (now) => ({
    ...(!isKept && { finalizers: [...now.metadata.finalizers, vmFinalizer] }),
    status: { ...withoutProcesses(now.status), arch: archOf(now) },
  }));
}

function withoutProcesses(stored: VmStatus): VmStatus {
  const { vmm: _vmm, monitor: _monitor, starter: _starter, ...status } = stored as VmStatus & VmProcesses;
  return status;
}
