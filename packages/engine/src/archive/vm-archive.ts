import { vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import { archiveInvalid } from './errors.ts';

/** Raised when an older Ignite could not read what a newer one writes. */
const formatVersion = 1;

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(512));

const vmArchiveSchema = v.strictObject({
  ignite: v.literal('vm'),
  version: v.literal(formatVersion),
  name: text,
  labels: v.record(v.string(), v.string()),
  annotations: v.record(v.string(), v.string()),
  spec: vmSpecSchema,
  image: v.strictObject({
    reference: text,
    digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
    platform: text,
  }),
  kernel: v.strictObject({
    name: text,
    id: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    version: text,
    arch: v.picklist(['amd64', 'arm64']),
  }),
});

/**
 * What a VM's archive says of itself. Beside it lie `disk.qcow2`, which needs no other disk, the OCI layout `image`, and
 * the folder `kernel`. There is no key in it: who imports a VM makes another one, with an identity of its own.
 */
export type VmArchive = v.InferOutput<typeof vmArchiveSchema>;

export const vmArchive = (fields: Omit<VmArchive, 'ignite' | 'version'>): VmArchive => ({
  ignite: 'vm',
  version: formatVersion,
  ...fields,
});

/** Pure. @throws CodedError VM_ARCHIVE_INVALID */
export function parseVmArchive(json: string): VmArchive {
  try {
    return v.parse(vmArchiveSchema, JSON.parse(json));
  } catch (failure) {
    throw archiveInvalid('its description of the VM cannot be read', failure);
  }
}
