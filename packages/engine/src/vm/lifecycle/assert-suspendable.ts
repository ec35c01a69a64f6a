import { existsSync } from 'node:fs';
import type { Vm } from '@ignite/api/v1/vm';
import { type Paths, vmmSockets } from '../../tools/host/paths.ts';
import { asBooted } from '../as-booted.ts';
import { cannotSuspend } from '../errors.ts';
import { type Vmms, vmmOf } from '../vmm-of.ts';

/**
 * Asserts that the state of a VM can be saved and loaded again.
 * @throws CodedError SUSPEND_UNSUPPORTED
 */
export function assertSuspendable(vm: Vm, host: { readonly vmms: Vmms; readonly paths: Paths }): void {
  const { name, capabilities } = vmmOf(vm, host);
  if (!capabilities.savedStates) throw cannotSuspend(`Ignite cannot save the state of ${name} yet`);
  const { storage, kernel } = asBooted(vm).spec;
  const folder = storage?.volumes.find(({ hostPath }) => hostPath);
  if (folder)
    throw cannotSuspend(`${name} cannot save the state of a shared folder, which "${folder.name}" is`);
  // A redefinition that was killed may not have told that it is pending.
  const isKernelChanged =
    vm.status.kernel === undefined ||
    vm.spec.kernel.oci !== kernel.oci ||
    vm.status.pending?.some((field) => field.startsWith('spec.kernel'));
  if (isKernelChanged)
    throw cannotSuspend('its kernel was changed since it was booted, and the modules with it');
  // The machine of such a VM has one port less than the one that would load its state.
  const sockets = vmmSockets(host.paths, vm.metadata.uid);
  if (existsSync(sockets.control) && !existsSync(sockets.identity))
    throw cannotSuspend('an earlier version of Ignite has started it; "ignite restart" starts it anew');
}
