import { metadataSchema } from '@ignite/toolkit/codec/manifest';
import * as v from 'valibot';

/** The metadata of objects that need no name: a configuration, and partial files. */
export const namelessMetadataSchema = v.optional(
  v.strictObject({ ...metadataSchema.entries, name: v.optional(v.string()) }),
  {},
);
