import { convertManifests } from '@ignite/toolkit/codec/convert-manifests';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { defineKind } from '@ignite/toolkit/scheme/kind';
import type { Scheme } from '@ignite/toolkit/scheme/scheme';
import type * as v from 'valibot';
import { currentVmSpec } from './v1/current-vm.ts';
import { apiVersion } from './v1/group.ts';
import { namelessMetadataSchema } from './v1/nameless-metadata.ts';
import { partialVmSpecSchema } from './v1/partial-vm-spec.ts';
import { vmResource } from './v1/resources/vm.ts';

/** A VM, in which every field is optional. */
export const partialVmKind = defineKind({
  ...vmResource,
  versions: [
    {
      apiVersion,
      kind: 'VM',
      metadata: namelessMetadataSchema,
      spec: partialVmSpecSchema,
      currentSpec: currentVmSpec,
    },
  ],
});

/** The versions in which VM files may be written. */
export interface VmFileVersions {
  /** Contains `partialVmKind`, perhaps with further versions. */
  readonly scheme: Scheme;
  /** The version of a file without `apiVersion`. */
  readonly unnamed: string;
}

/** The content of a VM file, converted to v1. Defaults are not filled in. */
export interface VmFile {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: v.InferInput<typeof partialVmSpecSchema>;
}

/**
 * Pure. Decodes a file of any version over which flags win. All fields are optional, and the file may be
 * empty.
 * @throws CodedError MANIFEST_INVALID
 */
export function decodeVmFile(text: string, file: string, { scheme, unnamed }: VmFileVersions): VmFile {
  const transform = (raw: unknown): unknown =>
    typeof raw === 'object' && raw !== null && !Array.isArray(raw)
      ? { apiVersion: unnamed, kind: 'VM', spec: {}, ...withoutNulls(raw) }
      : raw;
  const [object, ...more] = convertManifests(text, file, scheme, () => apiVersion, { transform });
  if (more.length > 0) {
    const hint = 'use one file per VM; "ignite apply" takes several VMs';
    throw new CodedError('MANIFEST_INVALID', `${file} declares more than one VM`, { hint });
  }
  const { name, namespace, labels = {}, annotations = {} } = object?.metadata ?? {};
  const spec = (object?.spec ?? {}) as VmFile['spec']; // the schema of its kind has accepted it
  return {
    ...(name !== undefined && { name }),
    ...(typeof namespace === 'string' && { namespace }),
    labels,
    annotations,
    spec,
  };
}

/** A key without a value counts as absent. */
const withoutNulls = (raw: object): object =>
  Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));
