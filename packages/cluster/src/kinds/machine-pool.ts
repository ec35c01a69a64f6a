import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { machineTemplateSchema, replicasSchema } from './machine-set.ts';

export const machinePoolSpecSchema = v.pipe(
  v.strictObject({
    clusterName: v.pipe(v.string(), v.nonEmpty(), v.maxLength(63)),
    replicas: described('Number of machines.', v.optional(replicasSchema, 1)),
    template: described(
      'What the machines are: bootstrap.configRef and infrastructureRef are of the pool as a whole, and no templates.',
      machineTemplateSchema,
    ),
    providerIDList: described(
      'Identifies the machines; written by the controller.',
      v.optional(v.array(v.string())),
    ),
    failureDomains: described('Failure domains of the machines.', v.optional(v.array(v.string()))),
  }),
  v.check(
    ({ clusterName, template }) => template.spec.clusterName === clusterName,
    'template.spec.clusterName must be equal to clusterName',
  ),
);
export type MachinePoolSpec = v.InferOutput<typeof machinePoolSpecSchema>;

export type MachinePoolPhase =
  'Pending' | 'Provisioning' | 'Provisioned' | 'Running' | 'ScalingUp' | 'ScalingDown' | 'Deleting';

export interface MachinePoolStatus {
  readonly initialization?: {
    readonly infrastructureProvisioned?: boolean;
    readonly bootstrapDataSecretCreated?: boolean;
  };
  readonly nodeRefs?: readonly { readonly apiVersion: 'v1'; readonly kind: 'Node'; readonly name: string }[];
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly upToDateReplicas?: number;
  readonly selector?: string;
  readonly phase?: MachinePoolPhase;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** A number of machines of which an infrastructure provider takes care as a whole. */
export interface MachinePool extends KubeObject {
  readonly kind: 'MachinePool';
  readonly spec: MachinePoolSpec;
  readonly status?: MachinePoolStatus;
}
