import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { kubernetesVersionSchema } from '../contract/kubernetes-version.ts';
import { readinessGatesSchema } from '../contract/polarity.ts';
import { contractReferenceSchema } from '../contract/reference.ts';
import { replicatedMetadataSchema } from '../contract/replicated-metadata.ts';
import type { ControlPlane } from './control-plane.ts';
import { kubeadmConfigSpecSchema } from './kubeadm-config.ts';
import { machineDeletionSchema, machineTaintsSchema } from './machine.ts';

const seconds = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How long the certificates of kubeadm last, unless it is told otherwise. */
const usualValidityDays = 365;

const machineTemplateSchema = v.strictObject({
  metadata: v.optional(replicatedMetadataSchema),
  spec: v.strictObject({
    infrastructureRef: described('Template of the machines.', contractReferenceSchema),
    readinessGates: v.optional(readinessGatesSchema),
    deletion: v.optional(machineDeletionSchema),
    taints: v.optional(machineTaintsSchema),
  }),
});

const rolloutSchema = v.strictObject({
  before: v.optional(
    v.strictObject({
      certificatesExpiryDays: described(
        'Machines are replaced so many days before their certificates expire; at least 7.',
        v.optional(v.pipe(v.number(), v.integer(), v.minValue(7))),
      ),
    }),
  ),
  after: described(
    'Time after which all Machines are replaced (RFC 3339).',
    v.optional(v.pipe(v.string(), v.isoTimestamp('must be a time'))),
  ),
  strategy: v.optional(
    v.strictObject({
      type: v.optional(v.picklist(['RollingUpdate']), 'RollingUpdate'),
      rollingUpdate: v.optional(
        v.strictObject({
          maxSurge: described(
            '1 to create before removing, 0 for the reverse.',
            v.optional(v.picklist([0, 1]), 1),
          ),
        }),
      ),
    }),
  ),
});

const remediationSchema = v.strictObject({
  maxRetry: described('How often a replacement that fails is replaced.', v.optional(seconds)),
  retryPeriodSeconds: v.optional(seconds),
  minHealthyPeriodSeconds: v.optional(seconds),
});

const controlPlaneEntries = {
  version: described('Version of Kubernetes.', kubernetesVersionSchema),
  machineTemplate: machineTemplateSchema,
  kubeadmConfigSpec: v.optional(kubeadmConfigSpecSchema, {}),
  rollout: v.optional(rolloutSchema),
  remediation: v.optional(remediationSchema),
};

export const kubeadmControlPlaneSpecSchema = v.pipe(
  v.strictObject({
    replicas: described(
      'Number of Machines; odd unless etcd is elsewhere.',
      v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
    ),
    ...controlPlaneEntries,
  }),
  v.check(
    ({ replicas, kubeadmConfigSpec }) =>
      replicas % 2 === 1 || kubeadmConfigSpec.clusterConfiguration?.etcd?.external !== undefined,
    'replicas must be odd, so that etcd has a majority',
  ),
  v.check(
    ({ replicas, rollout }) => rollout?.strategy?.rollingUpdate?.maxSurge !== 0 || replicas >= 3,
    'maxSurge 0 needs at least 3 replicas',
  ),
  v.check(
    ({ rollout, kubeadmConfigSpec: { clusterConfiguration } }) =>
      (rollout?.before?.certificatesExpiryDays ?? 0) <
      (clusterConfiguration?.certificateValidityPeriodDays ?? usualValidityDays),
    'rollout.before.certificatesExpiryDays must be less than certificates last, or Machines would be replaced for ever',
  ),
);
export type KubeadmControlPlaneSpec = v.InferOutput<typeof kubeadmControlPlaneSpecSchema>;

const { version: _version, machineTemplate: _machines, ...templateEntries } = controlPlaneEntries;
const { infrastructureRef: _reference, ...machineEntries } = machineTemplateSchema.entries.spec.entries;

export const kubeadmControlPlaneTemplateSpecSchema = v.strictObject({
  template: v.strictObject({
    metadata: v.optional(replicatedMetadataSchema),
    spec: v.strictObject({
      ...templateEntries,
      machineTemplate: v.optional(
        v.strictObject({
          metadata: v.optional(replicatedMetadataSchema),
          spec: v.optional(v.strictObject(machineEntries)),
        }),
      ),
    }),
  }),
});

/** A control plane that kubeadm sets up, with a member of etcd in each Machine. */
export interface KubeadmControlPlane extends ControlPlane {
  readonly kind: 'KubeadmControlPlane';
  readonly spec: KubeadmControlPlaneSpec;
}
