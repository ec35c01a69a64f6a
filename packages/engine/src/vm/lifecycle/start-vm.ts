import type { ClientOperation } from '@ignite/api/client/progress';
import type { RestartStatus, Vm, VmSpec } from '@ignite/api/v1/vm';
import { listVms } from '../../tools/store/list-objects.ts';
import { changeVm } from '../../tools/store/vm-store.ts';
import { isLeaving } from '../errors.ts';
import { hostProcess } from '../observe/liveness.ts';
import { assertOwnUser } from '../own-user.ts';
import type { Goal } from '../plan/plan-vm.ts';
import { betweenLives } from '../plan/stopped-status.ts';
import type { VmPorts } from '../vm-ports.ts';
import { reconcileVm } from './reconcile-vm.ts';

/** Returns the goal of a VM that shall be up. */
const upGoal = ({ spec }: Vm): Goal => ({ kind: spec.power === 'Paused' ? 'paused' : 'running' });

/** Why a VM is started. `restarts` is the number of automatic restarts so far. */
export interface StartReason {
  readonly power: VmSpec['power'];
  readonly restarts?: RestartStatus;
}

/**
 * Starts a VM from any state. The caller holds the VM's lock, and cleans up if this fails.
 * @throws CodedError VM_LEAVING for a VM whose removal was cut short, VM_UID_TAKEN
 */
export async function startVm(vm: Vm, why: StartReason, host: VmPorts, op: ClientOperation): Promise<Vm> {
  const { name, deletionTimestamp } = vm.metadata;
  if (deletionTimestamp !== undefined) throw isLeaving(name);
  // Earlier versions did not refuse uids, so two VMs may have the same user.
  assertOwnUser(vm.metadata.uid, await listVms(host.store));
  const isThere = (await host.sandbox.observe(vm.metadata.uid)).state === 'running';
  const starter = hostProcess(process.pid);
  const starting = await changeVm(host.store, vm, ({ spec, status: { restarts: _restarts, ...status } }) => ({
    spec: { ...spec, power: why.power },
    status: {
      // After a power failure, the end of the previous run is not recorded.
      ...(isThere ? status : { ...betweenLives(status), phase: 'Starting', starter }),
      ...(why.restarts && { restarts: why.restarts }),
    },
  }));
  return await reconcileVm(starting, upGoal(starting), host, op);
}
