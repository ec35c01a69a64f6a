import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { maybe } from './maybe.ts';
import { sizeSchema } from './size.ts';

/** The source by which the original identified an imported image. */
export const ociSourceSchema = v.strictObject({
  id: described(
    'The identifier, such as `oci://docker.io/weaveworks/ignite-ubuntu@sha256:…`.',
    maybe(v.string()),
  ),
  size: maybe(sizeSchema),
});
