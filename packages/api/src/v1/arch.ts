import * as v from 'valibot';

/** The architectures of guests and hosts, by Go's names, which OCI images and Debian use. */
export const archSchema = v.picklist(['amd64', 'arm64']);
export type Arch = v.InferOutput<typeof archSchema>;
