import type { ClientOperation } from '@ignite/api/client/progress';
import { isHostStopping } from '../../tools/host/systemd.ts';
import { tryLockVm } from '../../tools/store/vm-lock.ts';
import { findVm } from '../../tools/store/vm-objects.ts';
import { isUnfinished } from '../template-maker.ts';
import type { VmPorts } from '../vm-ports.ts';
import type { Outcome } from './outcome.ts';
import { reconcileLocked } from './reconcile-vm.ts';
import { removeUnfinished } from './remove-unfinished.ts';

/**
 * Reconciles a VM as `reconcileVm` does. Returns `undefined`, and does nothing, while somebody else is at work
 * on the VM, or the host is shutting down. Removes the VM of a maker of a template that was killed.
 * @throws CodedError VM_NOT_FOUND
 */
export async function reconcileUnlessBusy(
  uid: string,
  host: VmPorts,
  op: ClientOperation,
): Promise<Outcome | undefined> {
  using lock = tryLockVm(uid, host.paths);
  if (!lock) return undefined;
  const vm = await findVm(host.objects, uid);
  if (isUnfinished(vm, host.paths)) return await removeUnfinished(vm, host, op);
  const restarts = vm.status.phase === 'Restarting';
  if (restarts && (await isHostStopping(host.runner, op.signal))) return undefined;
  return await reconcileLocked(vm, {}, host, op);
}
