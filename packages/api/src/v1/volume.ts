import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { size } from './size.ts';

const mebibyte = 2 ** 20;

/** The minimum size: a smaller volume has no room for a file system with a journal. */
export const volumeSize = size({ atLeast: 16 * mebibyte, multipleOf: mebibyte });

export const volumeSpecSchema = v.strictObject({
  size: described(
    'Size that the guest sees; only written data takes space on the host. It can only grow.',
    v.optional(volumeSize, '10GB'),
  ),
});
export type VolumeSpec = v.InferOutput<typeof volumeSpecSchema>;

export interface VolumeStatus {
  /** The raw file that contains the file system. */
  readonly path: string;
  /** The names of the VMs that use the volume, whether they run or not. */
  readonly usedBy: readonly string[];
}

/** A disk of this host that outlives the VMs that use it. */
export interface Volume extends KubeObject {
  readonly kind: 'Volume';
  readonly spec: VolumeSpec;
  readonly status: VolumeStatus;
}
