import type { Vm } from '@ignite/api/v1/vm';
import { controllerOf } from '../contract/owner.ts';
import { providerIdOf } from '../infrastructure/vm-of-machine.ts';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import { igniteMachineKind } from '../kinds/object-kinds.ts';

/**
 * Pure. Returns the VMs whose machines are gone without them: somebody took their finalizers away, or the management cluster was
 * restored from a backup.
 */
export function findOrphans(vms: readonly Vm[], machines: readonly IgniteMachine[]): readonly Vm[] {
  const uids = new Set(machines.map(({ metadata }) => metadata.uid));
  const ids = new Set(machines.map(({ spec }) => spec.providerID));
  return vms.filter((vm) => {
    const owner = controllerOf(vm);
    return owner?.kind === igniteMachineKind.kind && !uids.has(owner.uid) && !ids.has(providerIdOf(vm));
  });
}
