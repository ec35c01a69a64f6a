import * as v from 'valibot';
import { metadataSchema } from '../codec/manifest.ts';

/** A name of Kubernetes with dots, as in a host name of several parts (RFC 1123). */
const subdomain = v.pipe(
  v.string(),
  v.maxLength(253),
  v.regex(
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    'must be lower-case letters, digits, dashes and dots, as in a host name',
  ),
);

/** The metadata of Kubernetes' own kinds, with the fields that only an API server writes. */
export const coreMetadataSchema = v.strictObject({
  ...metadataSchema.entries,
  name: subdomain,
  generateName: v.optional(v.string()),
  selfLink: v.optional(v.string()),
  deletionGracePeriodSeconds: v.optional(v.number()),
  managedFields: v.optional(v.array(v.looseObject({}))),
});

const { namespace: _, ...clusterEntries } = coreMetadataSchema.entries;

/** The metadata of kinds whose objects are in no namespace. */
export const clusterMetadataSchema = v.strictObject(clusterEntries);
