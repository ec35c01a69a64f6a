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
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const { uid } = vm.metadata;
  const boot = vmmOf(vm, host).boot(machine, vmmSockets(host.paths, uid), ending);
  const watch = untilEnded(uid, host, ending);
  watch.catch(() => undefined); // it is aborted below
  boot.catch(() => undefined); // its failure does not matter once the VMM has ended
  try {
    await Promise.race([boot, watch.then(() => failBoot(vm, host))]);
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
