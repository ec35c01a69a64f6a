import type { ClientOperation } from '@ignite/api/client/progress';
import type { RestartStatus, Vm, VmSpec } from '@ignite/api/v1/vm';
import { listVms } from '../../store/list-objects.ts';
import { changeVm } from '../../store/vm-store.ts';
import { isLeaving } from '../errors.ts';
import { hostProcess } from '../observe/liveness.ts';
import { assertOwnUser } from '../own-user.ts';
import type { Goal } from '../plan/plan-vm.ts';
import { betweenLives } from '../plan/stopped-status.ts';
import type { VmHost } from '../vm-host.ts';
import { reconcileVm } from './reconcile-vm.ts';

/** Where a VM shall be that is up. */
const upGoal = ({ spec }: Vm): Goal => ({ kind: spec.power === 'Paused' ? 'paused' : 'running' });

/** Why a VM is started. `restarts`: how often that was done without anyone asking. */
export interface StartReason {
  readonly power: VmSpec['power'];
  readonly restarts?: RestartStatus;
}

/**
 * Brings a VM up, from wherever it is. The caller holds the VM's lock, and clears up when that fails.
 * @throws CodedError VM_LEAVING for one whose removal was cut short, VM_UID_TAKEN
 */
export async function startVm(vm: Vm, why: StartReason, host: VmHost, op: ClientOperation): Promise<Vm> {
  const { name, deletionTimestamp } = vm.metadata;
  if (deletionTimestamp !== undefined) throw isLeaving(name);
  // Before there was a choice of uids to refuse, two VMs may have been given one user.
  assertOwnUser(vm.metadata.uid, await listVms(host.store));
  const isThere = (await host.sandbox.observe(vm.metadata.uid)).state === 'running';
  const starter = hostProcess(process.pid);
  const starting = await changeVm(host.store, vm, ({ spec, status: { restarts: _restarts, ...status } }) => ({
    spec: { ...spec, power: why.power },
    status: {
      // After a power cut nobody has written down that the last life is over.
      ...(isThere ? status : { ...betweenLives(status), phase: 'Starting', starter }),
      ...(why.restarts && { restarts: why.restarts }),
    },
  }));
  return await reconcileVm(starting, upGoal(starting), host, op);
}
