import { labelSelector } from '@ignite/toolkit/access/label-selector';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { intOrPercentSchema } from '../contract/int-or-percent.ts';
import {
  type MachineSetStatus,
  deletionOrderSchema,
  machineNamingSchema,
  machineTemplateSchema,
  replicasSchema,
} from './machine-set.ts';

const rollingUpdateSchema = v.pipe(
  v.strictObject({
    maxUnavailable: described(
      'How many Machines may be missing meanwhile.',
      v.optional(intOrPercentSchema, 0),
    ),
    maxSurge: described(
      'How many Machines there may be beyond the number.',
      v.optional(intOrPercentSchema, 1),
    ),
  }),
  v.check(
    ({ maxSurge, maxUnavailable }) => maxSurge !== 0 || maxUnavailable !== 0,
    'maxSurge and maxUnavailable cannot both be 0',
  ),
);

export const machineRolloutSchema = v.strictObject({
  after: described(
    'Time after which all Machines are replaced (RFC 3339).',
    v.optional(v.pipe(v.string(), v.isoTimestamp('must be a time'))),
  ),
  strategy: v.optional(
    v.strictObject({
      type: v.optional(v.picklist(['RollingUpdate', 'OnDelete']), 'RollingUpdate'),
      rollingUpdate: v.optional(rollingUpdateSchema),
    }),
  ),
});

export const machineDeploymentSpecSchema = v.strictObject({
  clusterName: v.pipe(v.string(), v.nonEmpty(), v.maxLength(63)),
  replicas: described('Number of Machines.', v.optional(replicasSchema)),
  rollout: v.optional(machineRolloutSchema),
  selector: described('Selects the Machines.', v.optional(labelSelector, {})),
  template: described('What new Machines are made from.', machineTemplateSchema),
  machineNaming: v.optional(machineNamingSchema),
  remediation: v.optional(
    v.strictObject({
      maxInFlight: described(
        'How many Machines may be replaced at once because they are unhealthy.',
        v.optional(intOrPercentSchema),
      ),
    }),
  ),
  deletion: v.optional(deletionOrderSchema),
  paused: described('Whether changes of the template wait.', v.optional(v.boolean())),
});
export type MachineDeploymentSpec = v.InferOutput<typeof machineDeploymentSpecSchema>;

export interface MachineDeploymentStatus extends MachineSetStatus {
  readonly phase?: 'ScalingUp' | 'ScalingDown' | 'Running' | 'Unknown';
}

/** A number of Machines whose template may change: old ones are replaced step by step. */
export interface MachineDeployment extends KubeObject {
  readonly kind: 'MachineDeployment';
  readonly spec: MachineDeploymentSpec;
  readonly status?: MachineDeploymentStatus;
}
