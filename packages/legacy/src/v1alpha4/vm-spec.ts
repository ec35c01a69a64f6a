import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { maybe } from './maybe.ts';
import { sizeSchema } from './size.ts';

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const reference = maybe(v.string());

/**
 * A VM's spec of v1alpha3 and v1alpha4, without the defaults that the original fills in, which equal those of
 * v1.
 */
export const vmSpecSchema = v.strictObject({
  image: v.strictObject({ oci: v.pipe(v.string(), v.nonEmpty()) }),
  sandbox: described(
    'Image of the sandbox container of the original Ignite; has no effect.',
    maybe(v.strictObject({ oci: reference })),
  ),
  kernel: described(
    'Kernel; the defaults of the original Ignite are replaced by the current ones.',
    maybe(v.strictObject({ oci: reference, cmdLine: reference })),
  ),
  cpus: maybe(v.pipe(v.number(), v.integer(), v.minValue(0))),
  memory: maybe(sizeSchema),
  diskSize: maybe(sizeSchema),
  network: maybe(
    v.strictObject({
      ports: maybe(
        v.array(
          v.strictObject({
            bindAddress: maybe(v.string()),
            hostPort: port,
            vmPort: port,
            protocol: maybe(v.picklist(['tcp', 'udp', ''])),
          }),
        ),
      ),
    }),
  ),
  storage: maybe(
    v.strictObject({
      volumes: maybe(
        v.array(
          v.strictObject({
            name: v.string(),
            blockDevice: described('Block device of the host.', maybe(v.strictObject({ path: v.string() }))),
          }),
        ),
      ),
      volumeMounts: maybe(v.array(v.strictObject({ name: v.string(), mountPath: v.string() }))),
    }),
  ),
  copyFiles: maybe(v.array(v.strictObject({ hostPath: v.string(), vmPath: v.string() }))),
  ssh: described(
    'SSH access: `true` generates a key pair for this VM, a path names a public key file, `false` and {} mean none.',
    maybe(v.union([v.boolean(), v.string(), v.strictObject({})])),
  ),
});
export type VmSpec = v.InferOutput<typeof vmSpecSchema>;

/** A VM's spec in which all fields are optional, for a configuration's `vmDefaults` and for partial files. */
export const partialVmSpecSchema = v.strictObject({
  ...vmSpecSchema.entries,
  image: maybe(vmSpecSchema.entries.image),
});
export type PartialVmSpec = v.InferOutput<typeof partialVmSpecSchema>;
