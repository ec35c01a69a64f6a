import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm, VmSpec } from '@ignite/api/v1/vm';
import { changeVm, changeVmStatus } from '../../tools/store/vm-objects.ts';
import { isLeaving } from '../errors.ts';
import { isSaved } from '../observe/liveness.ts';
import { type Wish, isNewWish, lifeWishOf, withWish } from '@ignite/api/v1/life-wish';
import type { VmPorts } from '../vm-ports.ts';
import type { ReconcileRequest } from './reconcile-request.ts';
import { reconcileLocked } from './reconcile-vm.ts';

/** The wish that a VM is up from now on, be it down or, to `restart` it, up already. */
export interface StartRequest extends ReconcileRequest {
  readonly restart?: boolean;
}

/**
 * Starts a VM from any state, or restarts it. The caller holds the VM's lock.
 * @throws CodedError VM_LEAVING for a VM whose removal was cut short, VM_UID_TAKEN
 */
export async function startVm(
  vm: Vm,
  { restart = false, cold = false, ...request }: StartRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<Vm> {
  const { name, uid, deletionTimestamp } = vm.metadata;
  if (deletionTimestamp !== undefined) throw isLeaving(name);
  const isDown = (await host.sandbox.observe(uid)).state !== 'running';
  const anew = restart || (isDown && (cold || !isSaved(vm, host.paths)));
  const wanted = await writeWish(vm, { power: 'Running', anew }, host);
  const goesOn = isDown && !anew;
  try {
    return await reconciled(
      goesOn ? await forgetRestartWish(wanted, host) : wanted,
      { ...request, cold, retryNow: true },
      host,
      op,
    );
  } catch (failure) {
    // Whoever interrupts a start no longer wants it. A guest that was up, or has left its saved state, goes on.
    const before = isSaved(vm, host.paths) ? 'Suspended' : anew ? 'Stopped' : undefined;
    if (op.signal.aborted && !restart && before)
      await takeBackWish(wanted, { wanted: 'Running', before }, host);
    throw failure;
  }
}

/** A restart that was asked for while the VM was suspended has become the start of a guest that goes on, which must lose nothing. */
const forgetRestartWish = async (vm: Vm, { objects }: VmPorts): Promise<Vm> =>
  isNewWish(vm)
    ? await changeVmStatus(objects, vm, ({ status }) => ({ ...status, lastWish: lifeWishOf(vm) }))
    : vm;

/** Writes what was wanted of a VM before, unless somebody else wants something else by now. */
export const takeBackWish = async (
  vm: Vm,
  { wanted, before }: { readonly wanted: VmSpec['power']; readonly before: VmSpec['power'] },
  { objects }: Pick<VmPorts, 'objects'>,
): Promise<Vm> =>
  await changeVm(objects, vm, ({ spec }) => ({
    spec: spec.power === wanted ? { ...spec, power: before } : spec,
  }));

/** Writes a wish into the object. Nothing is done about it yet. */
export const writeWish = async (
  vm: Vm,
  wish: Wish,
  { objects, clock }: Pick<VmPorts, 'objects' | 'clock'>,
): Promise<Vm> =>
  await changeVm(objects, vm, (now) => {
    const { spec, metadata } = withWish(now, wish, clock.now());
    return { spec, annotations: metadata.annotations };
  });

/** Reconciles a VM for somebody who waits, and so is told a failure. The caller holds the VM's lock. */
export async function reconciled(
  vm: Vm,
  request: ReconcileRequest,
  host: VmPorts,
  op: ClientOperation,
): Promise<Vm> {
  const outcome = await reconcileLocked(vm, request, host, op);
  if (outcome.failure !== undefined) throw outcome.failure;
  return outcome.vm;
}
