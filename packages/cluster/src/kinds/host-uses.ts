import { hostUses as usesOfKinds } from '@ignite/api/host-uses';
import type { HostUse, HostUses } from '@ignite/toolkit/allowance/host-use';
import type { Manifest } from '@ignite/toolkit/codec/manifest';
import type { IgniteMachine } from './ignite-infrastructure.ts';

type MachineSpec = IgniteMachine['spec'];

/** The uses of the host by the kinds that contain a VM, which are those of the VM. */
export const hostUses: HostUses = {
  IgniteMachine: (object) => usesOfVm(object, (object.spec as MachineSpec).vm, 'spec.vm'),
  IgniteMachineTemplate: (object) => {
    const { template } = object.spec as { readonly template: { readonly spec: MachineSpec } };
    return usesOfVm(object, template.spec.vm, 'spec.template.spec.vm');
  },
};

const usesOfVm = (object: Manifest, spec: MachineSpec['vm'], at: string): readonly HostUse[] =>
  usesOfKinds['VM']!({ ...object, spec }).map((use) => ({ ...use, field: use.field.replace('spec', at) }));
