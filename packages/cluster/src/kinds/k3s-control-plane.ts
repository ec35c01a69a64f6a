import { described } from '@ignite/toolkit/schema/described';
import { durationSchema } from '@ignite/toolkit/units/duration';
import * as v from 'valibot';
import { kubernetesVersionSchema } from '../contract/kubernetes-version.ts';
import { replicatedMetadataSchema } from '../contract/replicated-metadata.ts';
import type { ControlPlane } from './control-plane.ts';
import { k3sConfigSpecSchema } from './k3s-config.ts';

const duration = v.optional(durationSchema);
const name = v.pipe(v.string(), v.nonEmpty(), v.maxLength(253));

const machineTemplateSchema = v.strictObject({
  metadata: v.optional(replicatedMetadataSchema),
  infrastructureRef: described(
    'Template of the machines, in the namespace of the control plane.',
    v.strictObject({
      apiVersion: v.pipe(v.string(), v.regex(/^[^/]+\/[^/]+$/, 'must have a group and a version')),
      kind: v.pipe(v.string(), v.nonEmpty()),
      name,
      namespace: v.optional(name),
    }),
  ),
  nodeDrainTimeout: described('Time to drain a node; 0s for no limit.', duration),
  nodeVolumeDetachTimeout: described('Time to wait for volumes of a node; 0s for no limit.', duration),
  nodeDeletionTimeout: described('Time to try to delete a node; 0s for no limit.', duration),
});

const remediationStrategySchema = v.strictObject({
  maxRetry: described(
    'How often a replacement that fails is replaced.',
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  ),
  retryPeriod: duration,
  minHealthyPeriod: duration,
});

const entries = {
  kthreesConfigSpec: v.optional(k3sConfigSpecSchema, {}),
  rolloutAfter: described(
    'Time after which all Machines are replaced (RFC 3339).',
    v.optional(v.pipe(v.string(), v.isoTimestamp('must be a time'))),
  ),
  machineTemplate: machineTemplateSchema,
  remediationStrategy: v.optional(remediationStrategySchema),
};

export const k3sControlPlaneSpecSchema = v.pipe(
  v.strictObject({
    replicas: described(
      'Number of Machines, which is odd.',
      v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
    ),
    version: described('Version of k3s, such as v1.35.4+k3s1.', kubernetesVersionSchema),
    ...entries,
  }),
  v.check(({ replicas }) => replicas % 2 === 1, 'replicas must be odd, so that etcd has a majority'),
);
export type K3sControlPlaneSpec = v.InferOutput<typeof k3sControlPlaneSpecSchema>;

export const k3sControlPlaneTemplateSpecSchema = v.strictObject({
  template: v.strictObject({
    metadata: v.optional(replicatedMetadataSchema),
    spec: v.strictObject({
      ...entries,
      // A ClusterClass may name the template of the machines itself (machineInfrastructure).
      machineTemplate: v.optional(v.partial(machineTemplateSchema, ['infrastructureRef'])),
    }),
  }),
});

/** A control plane that k3s sets up, with a member of its embedded etcd in each Machine. */
export interface K3sControlPlane extends ControlPlane {
  readonly kind: 'KThreesControlPlane';
  readonly spec: K3sControlPlaneSpec;
}
