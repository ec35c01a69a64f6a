import * as v from 'valibot';

const text = (limit: number) => v.pipe(v.string(), v.maxBytes(limit, `must be at most ${limit} bytes`));

/** What cloud-init finds on the disk labelled CIDATA (its data source NoCloud); what is absent gets a default. */
export const cloudInitSchema = v.strictObject({
  /** `#cloud-config` YAML, a script, or whatever else cloud-init takes as user data. */
  userData: v.optional(text(512 * 1_024)),
  /** In the place of ours, which names the VM and lets its SSH key in. */
  metaData: v.optional(text(64 * 1_024)),
  /** In the place of ours, which gives the VM's address to its interface. */
  networkConfig: v.optional(text(64 * 1_024)),
});
export type CloudInit = v.InferOutput<typeof cloudInitSchema>;
