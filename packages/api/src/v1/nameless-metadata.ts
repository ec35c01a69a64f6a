import { metadataSchema } from '@ignite/toolkit/codec/manifest';
import * as v from 'valibot';

/** Of what need not have a name: a configuration, and files of which only parts are wanted. */
export const namelessMetadataSchema = v.optional(
  v.strictObject({ ...metadataSchema.entries, name: v.optional(v.string()) }),
  {},
);
