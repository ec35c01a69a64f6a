import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { vmFiles, vmmSockets } from '../../tools/host/paths.ts';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { readTail } from '../../tools/host/read-tail.ts';
import { lastErrorLine } from '../../tools/sandbox/console-log.ts';
import { vmmFailed } from '../../tools/vmm/errors.ts';
import type { Machine } from '../../tools/vmm/machine.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';

const pollMs = 50;
/** The time in which the end of a VMM is seen, on a busy host too. */
const noticedMs = 30_000;

/**
 * Starts the guest of a VMM that has just been launched.
 * @throws CodedError VMM_FAILED if the VMM ends before that, VMM_REFUSED, VMM_SILENT
 */
export async function bootVmm(vm: Vm, machine: Machine, host: VmPorts, signal: AbortSignal): Promise<void> {
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  await whileVmmRuns(vm, host, signal, (ending) => vmmOf(vm, host).boot(machine, sockets, ending));
}

/**
 * Does something with a VMM that has just been launched.
 * @throws CodedError VMM_FAILED if the VMM ends before that
 */
export async function whileVmmRuns(
  vm: Vm,
  host: VmPorts,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const acted = act(ending);
  const ended = untilEnded(vm.metadata.uid, host, ending).then(() => failBoot(vm, host));
  ended.catch(() => undefined); // it is aborted below
  acted.catch(() => undefined); // its failure does not matter once the VMM has ended
  try {
    await Promise.race([acted, ended]);
  } catch (failure) {
    // The sockets of a VMM that ends are closed a moment before its end is seen.
    if (!(failure instanceof CodedError))
      await Promise.race([ended, delay(noticedMs, undefined, { signal })]);
    throw failure;
  } finally {
    stop.abort();
  }
}

async function untilEnded(uid: string, { sandbox }: VmPorts, signal: AbortSignal): Promise<void> {
  do await delay(pollMs, undefined, { signal });
  while ((await sandbox.observe(uid)).state === 'running');
}

async function failBoot(vm: Vm, host: VmPorts): Promise<never> {
  const log = await readTail(vmFiles(host.paths, vm.metadata.uid).consoleLog);
  throw vmmFailed(lastErrorLine(log, vmmOf(vm, host).isOwnError));
}
