import { type KindVersion, defineKind } from '@ignite/toolkit/scheme/kind';
import * as v from 'valibot';
import { group } from '@ignite/api/v1/group';
import { apiVersion } from './group.ts';
import { maybe } from './maybe.ts';
import { namelessMetadataSchema } from './metadata.ts';
import { sizeSchema } from './size.ts';

const poolSpecSchema = v.strictObject({
  metadataSize: maybe(sizeSchema),
  dataSize: maybe(sizeSchema),
  allocationSize: maybe(sizeSchema),
  metadataPath: maybe(v.string()),
  dataPath: maybe(v.string()),
});

/**
 * A thin pool, which the original planned and never used. It has no version in v1, so v1alpha4 is its hub.
 */
export const pool = {
  apiVersion,
  kind: 'Pool',
  metadata: namelessMetadataSchema,
  spec: poolSpecSchema,
  status: v.strictObject({
    devices: maybe(
      v.array(
        v.nullable(
          v.strictObject({
            size: maybe(sizeSchema),
            parent: maybe(v.union([v.string(), v.number()])),
            type: maybe(v.picklist(['Image', 'Resize', 'Kernel', 'VM'])),
            metadataPath: maybe(v.string()),
          }),
        ),
      ),
    ),
  }),
  inert: 'a Pool has no effect: disks do not need a thin pool',
} as const satisfies KindVersion;

export const poolKind = defineKind({
  group,
  kind: 'Pool',
  plural: 'pools',
  scope: 'Cluster',
  versions: [pool],
});
