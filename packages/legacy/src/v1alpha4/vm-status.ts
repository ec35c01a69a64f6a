import * as v from 'valibot';
import { maybe } from './maybe.ts';
import { ociSourceSchema } from './oci-source.ts';

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
