import * as v from 'valibot';
import { maybe } from './maybe.ts';
import { sizeSchema } from './size.ts';

/** How the original knew an image that it had imported. */
export const ociSourceSchema = v.strictObject({
  /** Such as `oci://docker.io/weaveworks/ignite-ubuntu@sha256:…`. */
  id: maybe(v.string()),
  size: maybe(sizeSchema),
});
