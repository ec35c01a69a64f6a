import type { KindVersion, Versioned } from '@ignite/toolkit/scheme/kind';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { keptStatus, metadataFromHub, metadataToHub } from './convert-metadata.ts';
import { apiVersion } from './group.ts';
import { withoutUndefined } from '@ignite/api/v1/without-undefined';
import { maybe } from './maybe.ts';
import { metadataSchema } from './metadata.ts';
import { ociSourceSchema } from './oci-source.ts';

const imageSpecSchema = v.strictObject({ oci: v.pipe(v.string(), v.nonEmpty()) });

export const image = {
  apiVersion,
  kind: 'Image',
  metadata: metadataSchema,
  spec: imageSpecSchema,
  status: v.strictObject({ ociSource: maybe(ociSourceSchema) }),
  conversion: { toHub: withKeptStatus, fromHub: withStatusAgain },
} as const satisfies KindVersion;

export const kernel = {
  ...image,
  kind: 'Kernel',
  status: v.strictObject({
    version: described('The version as `uname -r` prints it.', maybe(v.string())),
    ociSource: maybe(ociSourceSchema),
  }),
} as const satisfies KindVersion;

function withKeptStatus({ metadata, spec, status }: Versioned): Versioned {
  return { metadata: metadataToHub(metadata, { status: withoutUndefined(status) }), spec };
}

function withStatusAgain({ metadata, spec }: Versioned): Versioned {
  const status = keptStatus(metadata);
  return { metadata: metadataFromHub(metadata, {}), spec, ...(status !== undefined && { status }) };
}
