import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

/** The programs that can run a VM. */
export const vmmNames = ['qemu', 'firecracker'] as const;
export type VmmName = (typeof vmmNames)[number];

/** The VMM of a VM that asks for none. */
export const defaultVmm: VmmName = 'qemu';

/** The VMM that runs the VM, and the choices in the emulated hardware. */
export const vmMachineSchema = v.strictObject({
  vmm: described(
    'Program that runs the VM; by default qemu. Firecracker requires KVM.',
    v.optional(v.picklist(vmmNames)),
  ),
  gic: described(
    'Version of the interrupt controller of an arm64 VM. Version 2, as in a Raspberry Pi 4, supports at most 8 CPUs.',
    v.optional(v.picklist([2, 3])),
  ),
});
export type VmMachine = v.InferOutput<typeof vmMachineSchema>;
