import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Vm } from '@ignite/api/v1/vm';
import { textOfFileSync } from '@ignite/toolkit/files/text-of-file-sync';
import { shapeCheck } from '@ignite/toolkit/object/shape-check';
import type { HostProcess } from './host-process.ts';
import { type Paths, vmProcessesPath } from './paths.ts';

/** The processes of this host that keep a VM up or bring it up. They are of no meaning to other hosts. */
export interface VmProcesses {
  /** The VMM's process, since the start of the VM was recorded. */
  readonly vmm?: HostProcess;
  /** The process that cleans up after the VMM has ended. */
  readonly monitor?: HostProcess;
  /**
   * The process that is about to start the VM, in the phases `Starting` and `Restarting`. If that process is
   * gone, no other one starts the VM.
   */
  readonly starter?: HostProcess;
}

type Noted = Pick<Vm, 'metadata' | 'status'>;

const process = { pid: 0, startTime: 0, bootId: '' };
const problemOf = shapeCheck({ 'vmm?': process, 'monitor?': process, 'starter?': process });

/**
 * Returns the processes that were noted of a VM. A file that cannot be understood says nothing. Before there were such
 * files, the processes were part of the VM's status.
 */
export function readVmProcesses(vm: Noted, paths: Paths): VmProcesses {
  const text = textOfFileSync(vmProcessesPath(paths, vm.metadata.uid));
  return text === undefined ? processesIn(vm.status) : processesIn(parsed(text));
}

/** Notes processes of a VM beside those that were noted before; one that is `undefined` is forgotten. */
export function noteVmProcesses(
  vm: Noted,
  processes: { readonly [role in keyof VmProcesses]: HostProcess | undefined },
  paths: Paths,
): void {
  const path = vmProcessesPath(paths, vm.metadata.uid);
  const draft = draftOf(path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  // Whoever may read the store tells by this file what runs. It says nothing that /proc does not tell everybody.
  writeFileSync(draft, JSON.stringify({ ...readVmProcesses(vm, paths), ...processes }), { mode: 0o644 });
  renameSync(draft, path);
}

/** Forgets the processes of a VM that is down. */
export function forgetVmProcesses({ metadata: { uid } }: Noted, paths: Paths): void {
  const path = vmProcessesPath(paths, uid);
  for (const file of [draftOf(path), path]) rmSync(file, { force: true });
}

/** Whoever writes has the lock of the VM. */
const draftOf = (path: string): string => `${path}.draft`;

/** Pure. Returns the processes that a value of any origin tells. */
function processesIn(value: unknown): VmProcesses {
  if (problemOf(value) !== undefined) return {};
  const { vmm, monitor, starter } = value as VmProcesses; // the check of its shape has found it so
  return { ...(vmm && { vmm }), ...(monitor && { monitor }), ...(starter && { starter }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
