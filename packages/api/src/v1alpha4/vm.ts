import type { KindVersion } from '@ignite/toolkit/scheme/kind';
import * as v from 'valibot';
import { fromHub, toHub } from './convert-vm.ts';
import { apiVersion } from './group.ts';
import { isDefaultKernel } from './kernel-defaults.ts';
import { maybe } from './maybe.ts';
import { metadataSchema } from './metadata.ts';
import { ociSourceSchema } from './oci-source.ts';
import { type PartialVmSpec, vmSpecSchema } from './vm-spec.ts';

/** The status that the original wrote for a VM. `running` also says what was wanted. */
export const vmStatusSchema = v.strictObject({
  running: maybe(v.boolean()),
  runtime: maybe(v.strictObject({ id: maybe(v.string()), name: maybe(v.string()) })),
  startTime: maybe(v.string()),
  network: maybe(v.strictObject({ plugin: maybe(v.string()), ipAddresses: maybe(v.array(v.string())) })),
  image: maybe(ociSourceSchema),
  kernel: maybe(ociSourceSchema),
  idPrefix: maybe(v.string()),
});
export type VmStatus = v.InferOutput<typeof vmStatusSchema>;

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
