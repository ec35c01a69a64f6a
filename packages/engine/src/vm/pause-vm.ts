import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import { cannotPause, notRunning } from './errors.ts';
import type { VmHost } from './execute-step.ts';
import { reconcileVm } from './reconcile-vm.ts';
import { withPower } from './vm-store.ts';

/**
 * Halts the vCPUs of a VM that runs; its memory stays. The caller holds the VM's lock.
 * @throws CodedError VM_NOT_RUNNING, PAUSE_UNSUPPORTED
 */
export async function pauseVm(vm: Vm, host: VmHost, op: ClientOperation): Promise<Vm> {
  await assertRuns(vm, host);
  if (!host.vmm.capabilities.pause) throw cannotPause(host.vmm.name);
  const wanted = await withPower(vm, 'Paused', host);
  try {
    return await reconcileVm(wanted, { kind: 'paused' }, host, op);
  } catch (failure) {
    // It is recorded as paused already, and may or may not be: then it runs, for certain.
    await resumeVm(wanted, host, { ...op, signal: AbortSignal.timeout(10_000) });
    throw failure;
  }
}

/** Lets a paused VM go on; does nothing to one that is not. The caller holds its lock. @throws CodedError VM_NOT_RUNNING */
export async function resumeVm(vm: Vm, host: VmHost, op: ClientOperation): Promise<Vm> {
  await assertRuns(vm, host);
  return await reconcileVm(await withPower(vm, 'Running', host), { kind: 'running' }, host, op);
}

async function assertRuns({ metadata: { uid, name } }: Vm, { sandbox }: VmHost): Promise<void> {
  if ((await sandbox.observe(uid)).state !== 'running') throw notRunning(name);
}
