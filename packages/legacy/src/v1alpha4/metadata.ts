import * as v from 'valibot';
import { uidSchema } from '@ignite/api/v1/uid-annotation';
import { maybe } from './maybe.ts';

const words = maybe(v.record(v.string(), v.string()));
const fields = {
  uid: maybe(uidSchema),
  created: maybe(
    v.pipe(
      v.string(),
      v.check((text) => !Number.isNaN(Date.parse(text)), 'must be a time such as 2020-01-31T12:00:00Z'),
    ),
  ),
  labels: words,
  annotations: words,
};

/** The original's metadata. Its manifests contain the uid and the time of creation. */
export const metadataSchema = v.strictObject({ name: v.pipe(v.string(), v.nonEmpty()), ...fields });
export type Metadata = v.InferOutput<typeof metadataSchema>;

/** The metadata of objects that need no name, such as a configuration file. */
export const namelessMetadataSchema = v.optional(v.strictObject({ name: maybe(v.string()), ...fields }), {});
