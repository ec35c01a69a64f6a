import { metadataSchema } from '@ignite/toolkit/codec/manifest';
import * as v from 'valibot';

/** Images and kernels are known by what they were imported from, which is no host's name. */
export const namedByReferenceSchema = v.strictObject({
  ...metadataSchema.entries,
  name: v.pipe(v.string(), v.nonEmpty()),
});
