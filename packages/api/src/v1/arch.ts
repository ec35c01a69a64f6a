import * as v from 'valibot';

/** Architectures of guests and hosts, in Go's words, as OCI images and Debian name them. */
export const archSchema = v.picklist(['amd64', 'arm64']);
export type Arch = v.InferOutput<typeof archSchema>;
