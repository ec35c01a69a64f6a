import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { untilSshAnswers } from '../../tools/guest/ssh-ready.ts';
import { vmFiles } from '../../tools/host/paths.ts';
import { readTail } from '../../tools/host/read-tail.ts';
import { readVmProcesses } from '../../tools/host/vm-processes.ts';
import { withVmLocked } from '../../tools/store/vm-lock.ts';
import { findVm } from '../../tools/store/vm-objects.ts';
import { exitedEarly, noAddress, noSshServer, sshUnreachable } from '../errors.ts';
import { parseGuestReports } from '../plan/exit-status.ts';
import type { VmPorts } from '../vm-ports.ts';
import { settleEnd } from './settle-end.ts';

const pollMs = 100;
/** The time in milliseconds in which a VM without a known SSH server may still end, or answer after all. */
const surpriseMs = 3_000;

/**
 * Resolves when the VM no longer runs and has been cleaned up after, with the VM as it is stored then. If it
 * has started again meanwhile, the status shows how it ended before.
 */
export async function untilExited(vm: Vm, host: VmPorts, signal: AbortSignal): Promise<Vm> {
  const { uid } = vm.metadata;
  const { vmm } = hasVmm(vm) ? readVmProcesses(vm, host.paths) : {};
  for (;;) {
    const seen = await host.sandbox.observe(uid);
    if (seen.state !== 'running' || (vmm && seen.pid !== vmm.pid)) break;
    await delay(pollMs, undefined, { signal });
  }
  await withVmLocked(uid, host, signal, (found) => settleEnd(found, host, { signal, report: () => {} }));
  const ended = await findVm(host.objects, uid);
  const { phase, restarts } = ended.status;
  return phase === 'Starting' || phase === 'Running'
    ? { ...ended, status: { ...ended.status, ...restarts?.lastExit } }
    : ended;
}

/** How to wait for a VM's SSH. */
export interface SshWait {
  readonly timeoutMs: number;
  /** Stops waiting if the image contains no SSH server. It is false for a VM that may install one itself. */
  readonly endsWithoutServer?: boolean;
}

/**
 * Resolves when the VM's SSH answers.
 * @throws CodedError SSH_UNREACHABLE, or VM_EXITED if the VM ends before that
 */
export async function untilReady(
  vm: Vm,
  { timeoutMs, endsWithoutServer = false }: SshWait,
  host: VmPorts,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const waiting = AbortSignal.any([signal, stop.signal, AbortSignal.timeout(timeoutMs)]);
  const exited = async (): Promise<never> => {
    throw exitedEarly(await untilExited(vm, host, waiting));
  };
  try {
    const waits = [untilSshAnswers(addressOf(vm), waiting), exited()];
    await Promise.race(endsWithoutServer ? [...waits, withoutServer(vm, host, waiting)] : waits);
  } catch (failure) {
    if (signal.aborted || hasCode(failure, 'VM_EXITED') || hasCode(failure, 'SSH_UNREACHABLE')) throw failure;
    throw sshUnreachable(vm.metadata.name, timeoutMs / 1_000, failure);
  } finally {
    stop.abort();
  }
}

/**
 * Rejects once the guest is up and has reported that it has no SSH server, unless it ends or something
 * answers after all.
 */
async function withoutServer(vm: Vm, { paths }: VmPorts, signal: AbortSignal): Promise<never> {
  const { exitStatus } = vmFiles(paths, vm.metadata.uid);
  for (let upSince: number | undefined; ; await delay(pollMs, undefined, { signal })) {
    const told = parseGuestReports(await readTail(exitStatus)).map(({ kind }) => kind);
    if (!told.includes('no-ssh-server') || !told.includes('ready') || told.includes('exit')) continue;
    upSince ??= Date.now();
    if (Date.now() - upSince >= surpriseMs) throw noSshServer(vm.metadata.name);
  }
}

/**
 * Returns the address by which this host reaches a VM.
 * @throws CodedError VM_NO_ADDRESS if there is none
 */
export function addressOf({ metadata, status }: Vm): string {
  const [address] = status.network?.ipAddresses ?? [];
  if (address === undefined) throw noAddress(metadata.name);
  return address;
}
