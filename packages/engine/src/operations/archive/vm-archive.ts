import { currentVmSpec } from '@ignite/api/v1/current-vm';
import { vmSpecSchema } from '@ignite/api/v1/vm';
import * as v from 'valibot';
import { archiveInvalid } from './errors.ts';

/** The version of the format. It is raised when an older Ignite could not read what a newer one writes. */
const formatVersion = 2;
const formatVersions = [1, formatVersion] as const;

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(512));

const vmArchiveSchema = v.strictObject({
  ignite: v.literal('vm'),
  version: v.picklist(formatVersions),
  name: text,
  labels: v.record(v.string(), v.string()),
  annotations: v.record(v.string(), v.string()),
  spec: v.pipe(v.unknown(), v.transform(currentVmSpec), vmSpecSchema),
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
 * The manifest of a VM's archive. Beside it are
 * `disk.qcow2`, which refers to no other disk, the OCI layout `image` and the folder `kernel`. The archive
 * contains no keys: an import creates a new VM with an identity of its own.
 */
export type VmArchive = v.InferOutput<typeof vmArchiveSchema>;

export const vmArchive = (fields: Omit<VmArchive, 'ignite' | 'version'>): VmArchive => ({
  ignite: 'vm',
  version: formatVersion,
  ...fields,
});

/**
 * Pure. Parses the manifest of an archive.
 * @throws CodedError VM_ARCHIVE_INVALID
 */
export function parseVmArchive(json: string): VmArchive {
  try {
    return v.parse(vmArchiveSchema, JSON.parse(json));
  } catch (failure) {
    throw archiveInvalid('its description of the VM cannot be read', failure);
  }
}
