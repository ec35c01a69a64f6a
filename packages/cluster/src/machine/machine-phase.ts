import { isTrue } from '@ignite/toolkit/object/condition';
import type { Machine, MachinePhase } from '../kinds/machine.ts';

/** Pure. Returns the phase of a Machine; the last rule that holds decides. */
export function phaseOf({ metadata, spec, status = {} }: Machine): MachinePhase {
  const { infrastructureProvisioned, bootstrapDataSecretCreated } = status.initialization ?? {};
  const rules: readonly (readonly [boolean, MachinePhase])[] = [
    [bootstrapDataSecretCreated === true && infrastructureProvisioned !== true, 'Provisioning'],
    [spec.providerID !== undefined, 'Provisioned'],
    [status.nodeRef !== undefined && infrastructureProvisioned === true, 'Running'],
    [isTrue(status.conditions ?? [], 'Updating'), 'Updating'],
    [metadata.deletionTimestamp !== undefined, 'Deleting'],
  ];
  return rules.findLast(([holds]) => holds)?.[1] ?? 'Pending';
}
