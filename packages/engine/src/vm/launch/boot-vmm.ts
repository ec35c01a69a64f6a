import { setTimeout as delay } from 'node:timers/promises';
import type { Vm } from '@ignite/api/v1/vm';
import { vmFiles, vmmSockets } from '../../tools/host/paths.ts';
import { readTail } from '../../tools/host/read-tail.ts';
import { lastErrorLine } from '../../tools/sandbox/console-log.ts';
import { vmmFailed } from '../../tools/vmm/errors.ts';
import type { Machine } from '../../tools/vmm/machine.ts';
import type { VmPorts } from '../vm-ports.ts';
import { vmmOf } from '../vmm-of.ts';

const pollMs = 50;

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
  const watch = untilEnded(vm.metadata.uid, host, ending);
  watch.catch(() => undefined); // it is aborted below
  acted.catch(() => undefined); // its failure does not matter once the VMM has ended
  try {
    await Promise.race([acted, watch.then(() => failBoot(vm, host))]);
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
