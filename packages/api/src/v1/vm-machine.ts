import * as v from 'valibot';

/** The programs that can run a VM. */
export const vmmNames = ['qemu', 'firecracker'] as const;
export type VmmName = (typeof vmmNames)[number];

/** Of a VM that asks for none. */
export const defaultVmm: VmmName = 'qemu';

/** Which program runs the VM, and what of the emulated hardware can be chosen. */
export const vmMachineSchema = v.strictObject({
  /** The program that runs the VM; none means qemu. Firecracker needs KVM. */
  vmm: v.optional(v.picklist(vmmNames)),
  /** The version of an arm64 machine's interrupt controller. Version 2, that of a Raspberry Pi 4, serves 8 CPUs at most. */
  gic: v.optional(v.picklist([2, 3])),
});
export type VmMachine = v.InferOutput<typeof vmMachineSchema>;
