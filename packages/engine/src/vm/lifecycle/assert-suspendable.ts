import { existsSync } from 'node:fs';
import type { Vm } from '@ignite/api/v1/vm';
import { type Paths, vmmSockets } from '../../tools/host/paths.ts';
import { asBooted } from '../as-booted.ts';
import { cannotSuspend } from '../errors.ts';
import { type Vmms, vmmOf } from '../vmm-of.ts';

interface SuspendPorts {
  readonly vmms: Vmms;
  readonly paths: Paths;
}

/**
 * Asserts that the state of a VM can be saved and loaded again.
 * @throws CodedError SUSPEND_UNSUPPORTED
 */
export function assertSuspendable(vm: Vm, host: SuspendPorts): void {
  const problem = suspendProblem(vm, host);
  if (problem !== undefined) throw cannotSuspend(problem);
}

/** Returns why the state of a VM cannot be saved and loaded again, or undefined if it can. */
export function suspendProblem(vm: Vm, host: SuspendPorts): string | undefined {
  const { name, capabilities } = vmmOf(vm, host);
  if (!capabilities.savedStates) return `Ignite cannot save the state of ${name} yet`;
  const { storage, kernel } = asBooted(vm).spec;
  const folder = storage?.volumes.find(({ hostPath }) => hostPath);
  if (folder) return `${name} cannot save the state of a shared folder, which "${folder.name}" is`;
  // A redefinition that was killed may not have told that it is pending.
  const isKernelChanged =
    vm.status.kernel === undefined ||
    vm.spec.kernel.oci !== kernel.oci ||
    vm.status.pending?.some((field) => field.startsWith('spec.kernel'));
  if (isKernelChanged) return 'its kernel was changed since it was booted, and the modules with it';
  // The machine of such a VM has one port less than the one that would load its state.
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  return existsSync(sockets.control) && !existsSync(sockets.identity)
    ? 'an earlier version of Ignite has started it; "ignite restart" starts it anew'
    : undefined;
}
