import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import type { VmPhase } from '@ignite/api/v1/vm-phase';
import { vmmSockets } from '../../tools/host/paths.ts';
import { vmsIn } from '../../tools/store/kind-clients.ts';
import { withStatus } from '../../tools/store/vm-objects.ts';
import { isSaved } from '../observe/liveness.ts';
import { cannotPause, notRunning } from '../errors.ts';
import { assertSuspendable } from './assert-suspendable.ts';
import { assertPausable } from './bring-up.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';
import { resumeSignal } from '../vmm-signal.ts';
import { reconciled, takeBackWish, writeWish } from './start-vm.ts';

/**
 * Pauses the vCPUs of a running VM, which keeps its memory. The caller holds the VM's lock.
 * @throws CodedError VM_NOT_RUNNING, PAUSE_UNSUPPORTED
 */
export async function pauseVm(vm: Vm, host: VmPorts, op: ClientOperation): Promise<Vm> {
  await assertRuns(vm, host);
  assertPausable(vm, host);
  const wanted = await writeWish(vm, { power: 'Paused' }, host);
  try {
    return await reconciled(wanted, {}, host, op);
  } catch (failure) {
    // The VM is recorded as paused, but it is unknown whether it is. Resuming makes sure that it runs.
    await resumeVm(wanted, host, { ...op, signal: resumeSignal() });
    throw failure;
  }
}

/**
 * Resumes a paused VM; does nothing for a VM that is not paused. The caller holds its lock.
 * @throws CodedError VM_NOT_RUNNING
 */
export async function resumeVm(vm: Vm, host: VmPorts, op: ClientOperation): Promise<Vm> {
  await assertRuns(vm, host);
  return await reconciled(await writeWish(vm, { power: 'Running' }, host), {}, host, op);
}

/**
 * Suspends a running VM, whose memory goes to the disk. If that fails, the VM goes on as before. Does nothing for a VM
 * that is suspended. The caller holds its lock.
 * @throws CodedError VM_NOT_RUNNING, SUSPEND_UNSUPPORTED, SUSPEND_FAILED
 */
export async function suspendVm(vm: Vm, host: VmPorts, op: ClientOperation): Promise<Vm> {
  if (!isSaved(vm, host.paths)) {
    await assertRuns(vm, host);
    assertSuspendable(vm, host);
  }
  const wanted = await writeWish(vm, { power: 'Suspended' }, host);
  try {
    return await reconciled(wanted, {}, host, op);
  } catch (failure) {
    if (!isSaved(vm, host.paths)) {
      const kept = await takeBackWish(wanted, { wanted: 'Suspended', before: vm.spec.power }, host);
      await reconciled(kept, {}, host, { ...op, signal: resumeSignal() });
    }
    throw failure;
  }
}

/**
 * Runs `work` while the vCPUs of a running VM are paused and its VMM has flushed its writes. The VM is
 * recorded as paused first: if this process is killed, resuming the VM repairs that. The caller holds its
 * lock.
 * @throws CodedError PAUSE_UNSUPPORTED
 */
export async function whileHalted<T>(
  vm: Vm,
  host: Pick<VmPorts, 'paths' | 'objects' | 'sandbox' | 'vmms'>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const { uid } = vm.metadata;
  const { phase } = vm.status;
  // A VMM beside a saved state only loads it. Its guest must not go on before the state is discarded.
  if (phase === 'Paused' || isSaved(vm, host.paths)) return await work();
  if ((await host.sandbox.observe(uid)).state !== 'running') return await work();
  const vmm = vmmOf(vm, host);
  if (!vmm.capabilities.pause) throw cannotPause(vmm.name);
  const sockets = vmmSockets(host.paths, uid);
  const as = (now: VmPhase): Promise<Vm> =>
    vmsIn(host.objects).modifyStatus(vm.metadata, (found) =>
      withStatus(found, { ...found.status, phase: now }),
    );
  await as('Paused');
  try {
    await vmm.pause(sockets, signal);
    return await work();
  } finally {
    await vmm.resume(sockets, resumeSignal());
    await as(phase);
  }
}

async function assertRuns({ metadata: { uid, name } }: Vm, { sandbox }: VmPorts): Promise<void> {
  if ((await sandbox.observe(uid)).state !== 'running') throw notRunning(name);
}
