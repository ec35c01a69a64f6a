import { type VmmName, defaultVmm } from '@ignite/api/v1/vm-machine';
import type { VmSpec } from '@ignite/api/v1/vm';
import type { Vmm } from '../tools/vmm/vmm.ts';

export type Vmms = Readonly<Record<VmmName, Vmm>>;

/** Returns the VMM that runs a VM. */
export const vmmOf = (
  { spec: { machine } }: { readonly spec: Pick<VmSpec, 'machine'> },
  { vmms }: { readonly vmms: Vmms },
): Vmm => vmms[machine?.vmm ?? defaultVmm];
