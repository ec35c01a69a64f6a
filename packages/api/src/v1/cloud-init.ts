import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';

const text = (limit: number) => v.pipe(v.string(), v.maxBytes(limit, `must be at most ${limit} bytes`));

const fieldsSchema = v.strictObject({
  userData: described(
    'User data for cloud-init: `#cloud-config` YAML, a script, or any other format that it accepts. A guest without cloud-init carries out a part of `#cloud-config`.',
    v.optional(text(512 * 1_024)),
  ),
  userDataSecretRef: v.optional(
    v.strictObject({
      name: described(
        'Secret with the user data, in the namespace of the VM. It is read at each start.',
        v.pipe(v.string(), v.nonEmpty()),
      ),
      key: described('Key of the Secret.', v.pipe(v.string(), v.nonEmpty())),
    }),
  ),
  metaData: described(
    'Meta-data, instead of the generated one, which sets the host name and the SSH key.',
    v.optional(text(64 * 1_024)),
  ),
  networkConfig: described(
    'Network configuration, instead of the generated one, which sets the address of the VM.',
    v.optional(text(64 * 1_024)),
  ),
});

/**
 * The content of the disk labelled CIDATA, from which cloud-init reads (its data source NoCloud). Absent
 * parts get defaults.
 */
export const cloudInitSchema = v.pipe(
  fieldsSchema,
  v.check(
    ({ userData, userDataSecretRef }) => userData === undefined || userDataSecretRef === undefined,
    'must not have both userData and userDataSecretRef',
  ),
);
export type CloudInit = v.InferOutput<typeof cloudInitSchema>;
