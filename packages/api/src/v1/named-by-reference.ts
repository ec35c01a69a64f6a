import { metadataSchema } from '@ignite/toolkit/codec/manifest';
import * as v from 'valibot';

/**
 * The metadata of images and kernels, whose name is the reference that they were imported from and not a host
 * name.
 */
export const namedByReferenceSchema = v.strictObject({
  ...metadataSchema.entries,
  name: v.pipe(v.string(), v.nonEmpty()),
});
