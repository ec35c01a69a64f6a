import { type VmFileVersions, partialVmKind } from '@ignite/api/vm-file';
import { withVersions } from '@ignite/toolkit/scheme/kind';
import { Scheme } from '@ignite/toolkit/scheme/scheme';
import * as v from 'valibot';
import { vm as v1alpha2 } from './v1alpha2/vm.ts';
import { namelessMetadataSchema } from './v1alpha4/metadata.ts';
import { vm as v1alpha4 } from './v1alpha4/vm.ts';
import { partialVmSpecSchema } from './v1alpha4/vm-spec.ts';

const { sandbox: _, ...oldestEntries } = partialVmSpecSchema.entries;
const old = { ...v1alpha4, metadata: namelessMetadataSchema, spec: partialVmSpecSchema };

/** VM files in the original's versions too. The original did not require a file to name its version. */
export const vmFileVersions: VmFileVersions = {
  scheme: new Scheme([
    withVersions(partialVmKind, [
      old,
      { ...old, apiVersion: 'ignite.weave.works/v1alpha3' },
      { ...v1alpha2, metadata: namelessMetadataSchema, spec: v.strictObject(oldestEntries) },
    ]),
  ]),
  unnamed: v1alpha4.apiVersion,
};
