import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import { fromHub, toHub } from './convert-vm.ts';
import { apiVersion } from './group.ts';
import { isDefaultKernel } from './kernel-defaults.ts';
import { metadataSchema } from './metadata.ts';
import { type PartialVmSpec, vmSpecSchema } from './vm-spec.ts';
import { vmStatusSchema } from './vm-status.ts';

export const vm = {
  apiVersion,
  kind: 'VM',
  metadata: metadataSchema,
  spec: vmSpecSchema,
  status: vmStatusSchema,
  conversion: { toHub, fromHub },
  remarks: ({ spec }) => remarksOn(spec as PartialVmSpec),
} as const satisfies KindVersion;

/** Pure. Returns the parts of an original's spec that have no effect. */
function remarksOn({ sandbox, kernel }: PartialVmSpec): readonly string[] {
  const ignored = [
    ...(sandbox?.oci ? ['spec.sandbox.oci'] : []),
    ...(kernel?.oci && isDefaultKernel(kernel) ? [`spec.kernel.oci (${kernel.oci})`] : []),
    ...(/(^|\s)(pci=off|ip=dhcp)(\s|$)/.test(kernel?.cmdLine ?? '')
      ? ["the original's parameters in spec.kernel.cmdLine"]
      : []),
  ];
  return ignored.length === 0
    ? []
    : [`Ignite uses its own sandbox and kernel instead of ${ignored.join(', ')}`];
}
