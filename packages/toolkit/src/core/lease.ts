import * as v from 'valibot';
import { described } from '../schema/described.ts';
import { defineKind } from '../scheme/kind.ts';
import { coreMetadataSchema } from './metadata.ts';
import { leaseResource } from './resources/lease.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const leaseSpecSchema = v.strictObject({
  holderIdentity: described('The process that holds the lease.', v.optional(v.string())),
  leaseDurationSeconds: described(
    'How long others wait after the last renewal before they take the lease.',
    v.optional(v.pipe(count, v.minValue(1))),
  ),
  acquireTime: described('When the holder took it.', v.optional(v.string())),
  renewTime: described('When the holder last renewed it.', v.optional(v.string())),
  leaseTransitions: described('How often the holder has changed.', v.optional(count)),
  strategy: v.optional(v.string()),
  preferredHolder: v.optional(v.string()),
});

/** A claim that expires unless its holder renews it. */
export const leaseKind = defineKind({
  ...leaseResource,
  versions: [
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: coreMetadataSchema,
      spec: v.optional(leaseSpecSchema, {}),
    },
  ],
  strategy: { needsVersion: true },
});
