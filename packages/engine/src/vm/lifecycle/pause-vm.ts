import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import type { VmPhase } from '@ignite/api/v1/vm-phase';
import { vmmSockets } from '../../host/paths.ts';
import { changeVm, withPower } from '../../store/vm-store.ts';
import { cannotPause, notRunning } from '../errors.ts';
import type { VmHost } from '../vm-host.ts';
import { vmmOf } from '../vmm-of.ts';
import { reconcileVm } from './reconcile-vm.ts';

/** For what is to be undone, whoever has lost patience. */
const resumeTimeoutMs = 60_000;

/**
 * Halts the vCPUs of a VM that runs; its memory stays. The caller holds the VM's lock.
 * @throws CodedError VM_NOT_RUNNING, PAUSE_UNSUPPORTED
 */
export async function pauseVm(vm: Vm, host: VmHost, op: ClientOperation): Promise<Vm> {
  await assertRuns(vm, host);
  const { name, capabilities } = vmmOf(vm, host);
  if (!capabilities.pause) throw cannotPause(name);
  const wanted = await withPower(vm, 'Paused', host);
  try {
    return await reconcileVm(wanted, { kind: 'paused' }, host, op);
  } catch (failure) {
    // It is recorded as paused already, and may or may not be: then it runs, for certain.
    await resumeVm(wanted, host, { ...op, signal: AbortSignal.timeout(resumeTimeoutMs) });
    throw failure;
  }
}

/** Lets a paused VM go on; does nothing to one that is not. The caller holds its lock. @throws CodedError VM_NOT_RUNNING */
export async function resumeVm(vm: Vm, host: VmHost, op: ClientOperation): Promise<Vm> {
  await assertRuns(vm, host);
  return await reconcileVm(await withPower(vm, 'Running', host), { kind: 'running' }, host, op);
}

/**
 * Does `work` while the vCPUs of a VM stand still, if it runs, and its VMM has written what it held. It is recorded as paused
 * first: should we be killed, whoever resumes it finds what is to be done. The caller holds its lock.
 * @throws CodedError PAUSE_UNSUPPORTED
 */
export async function whileHalted<T>(
  vm: Vm,
  host: Pick<VmHost, 'paths' | 'store' | 'sandbox' | 'vmms'>,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const { uid } = vm.metadata;
  const { phase } = vm.status;
  if (phase === 'Paused' || (await host.sandbox.observe(uid)).state !== 'running') return await work();
  const vmm = vmmOf(vm, host);
  if (!vmm.capabilities.pause) throw cannotPause(vmm.name);
  const sockets = vmmSockets(host.paths, uid);
  const as = (now: VmPhase): Promise<Vm> =>
    changeVm(host.store, vm, ({ status }) => ({ status: { ...status, phase: now } }));
  await as('Paused');
  try {
    await vmm.pause(sockets, signal);
    return await work();
  } finally {
    await vmm.resume(sockets, AbortSignal.timeout(resumeTimeoutMs));
    await as(phase);
  }
}

async function assertRuns({ metadata: { uid, name } }: Vm, { sandbox }: VmHost): Promise<void> {
  if ((await sandbox.observe(uid)).state !== 'running') throw notRunning(name);
}
