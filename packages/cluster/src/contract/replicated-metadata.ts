import * as v from 'valibot';

/** The schema of the labels and annotations that the objects made from a template get. */
export const replicatedMetadataSchema = v.strictObject({
  labels: v.optional(v.record(v.string(), v.string())),
  annotations: v.optional(v.record(v.string(), v.string())),
});
export type ReplicatedMetadata = v.InferOutput<typeof replicatedMetadataSchema>;
