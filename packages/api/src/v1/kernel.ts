import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Bytes } from '@ignite/toolkit/units/bytes';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import type { Arch } from './arch.ts';

export const kernelSpecSchema = v.strictObject({
  reference: described(
    'Name by which people know it: the reference, followed by `@ARCH` if another architecture has that name.',
    v.optional(v.pipe(v.string(), v.nonEmpty())),
  ),
  oci: described(
    "Kernel image; omitted for the kernel that is built from Debian's cloud kernel package.",
    v.optional(v.pipe(v.string(), v.nonEmpty())),
  ),
});
export type KernelSpec = v.InferOutput<typeof kernelSpecSchema>;

export interface KernelStatus {
  /** The name of its folder below `kernels/`. */
  readonly id: string;
  /** The version as `uname -r` prints it. */
  readonly version: string;
  readonly arch: Arch;
  readonly size: Bytes;
}

export interface Kernel extends KubeObject {
  readonly kind: 'Kernel';
  readonly spec: KernelSpec;
  readonly status: KernelStatus;
}
