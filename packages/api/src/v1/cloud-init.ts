import * as v from 'valibot';

const text = (limit: number) => v.pipe(v.string(), v.maxBytes(limit, `must be at most ${limit} bytes`));

/**
 * The content of the disk labelled CIDATA, from which cloud-init reads (its data source NoCloud). Absent
 * parts get defaults.
 */
export const cloudInitSchema = v.strictObject({
  /** `#cloud-config` YAML, a script, or anything else that cloud-init accepts as user data. */
  userData: v.optional(text(512 * 1_024)),
  /** Replaces the default meta data, which names the VM and lets its SSH key in. */
  metaData: v.optional(text(64 * 1_024)),
  /** Replaces the default network configuration, which gives the VM's address to its interface. */
  networkConfig: v.optional(text(64 * 1_024)),
});
export type CloudInit = v.InferOutput<typeof cloudInitSchema>;
