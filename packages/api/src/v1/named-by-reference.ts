import { metadataSchema } from '@ignite/toolkit/codec/manifest';
import * as v from 'valibot';

/**
 * The metadata of images and kernels in manifests, where their name may still be the reference that they were
 * imported from.
 */
export const namedByReferenceSchema = v.strictObject({
  ...metadataSchema.entries,
  name: v.pipe(v.string(), v.nonEmpty()),
});
