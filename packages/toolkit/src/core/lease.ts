import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';
import { described } from '../schema/described.ts';
import { defineKind } from '../scheme/kind.ts';
import type { Resource } from '../scheme/resource.ts';
import { age } from '../text/age.ts';
import { coreMetadataSchema } from './metadata.ts';

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

interface Lease extends KubeObject {
  readonly kind: 'Lease';
  readonly spec: v.InferOutput<typeof leaseSpecSchema>;
}

const resource = {
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  columns: [
    { title: 'NAME', cell: ({ metadata }) => metadata.name },
    { title: 'HOLDER', cell: ({ spec }) => spec.holderIdentity ?? '' },
    { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs) },
  ],
} satisfies Resource<Lease>;

/** A claim that expires unless its holder renews it. */
export const leaseKind = defineKind({
  ...resource,
  versions: [
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: coreMetadataSchema,
      spec: v.optional(leaseSpecSchema, {}),
    },
  ],
});
