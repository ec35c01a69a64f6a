import type { ApiObject } from '@ignite/toolkit/object/meta';
import * as v from 'valibot';
import { size } from './size.ts';

const mebibyte = 2 ** 20;

/** Less does not hold a file system with a journal. */
export const volumeSize = size({ atLeast: 16 * mebibyte, multipleOf: mebibyte });

export const volumeSpecSchema = v.strictObject({
  /** Size that the guest sees; only written data takes space on the host. It can only grow. */
  size: v.optional(volumeSize, '10GB'),
});
export type VolumeSpec = v.InferOutput<typeof volumeSpecSchema>;

export interface VolumeStatus {
  /** The raw file with its file system. */
  readonly path: string;
  /** The names of the VMs that name it, whether they run or not. */
  readonly usedBy: readonly string[];
}

/** A disk of this host that outlives the VMs which use it. */
export interface Volume extends ApiObject {
  readonly kind: 'Volume';
  readonly spec: VolumeSpec;
  readonly status: VolumeStatus;
}
