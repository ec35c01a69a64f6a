import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { labelSelector } from '@ignite/toolkit/access/label-selector';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { replicatedMetadataSchema } from '../contract/replicated-metadata.ts';
import { machineSpecSchema } from './machine.ts';

export const replicasSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

export const machineTemplateSchema = v.strictObject({
  metadata: v.optional(replicatedMetadataSchema),
  spec: machineSpecSchema,
});
export type MachineTemplate = v.InferOutput<typeof machineTemplateSchema>;

export const machineNamingSchema = v.strictObject({
  template: described(
    'Names of Machines, as `{{ .machineSet.name }}-{{ .random }}`.',
    v.optional(v.pipe(v.string(), v.maxLength(256), v.includes('.random', 'must contain {{ .random }}'))),
  ),
});

export const deletionOrderSchema = v.strictObject({
  order: described('Which Machines go first.', v.optional(v.picklist(['Random', 'Newest', 'Oldest']))),
});
export type DeletionOrder = NonNullable<v.InferOutput<typeof deletionOrderSchema>['order']>;

export const machineSetSpecSchema = v.strictObject({
  clusterName: v.pipe(v.string(), v.nonEmpty(), v.maxLength(63)),
  replicas: described('Number of Machines.', v.optional(replicasSchema, 1)),
  selector: described('Selects the Machines.', labelSelector),
  template: described('What new Machines are made from.', machineTemplateSchema),
  machineNaming: v.optional(machineNamingSchema),
  deletion: v.optional(deletionOrderSchema),
});
export type MachineSetSpec = v.InferOutput<typeof machineSetSpecSchema>;

export interface MachineSetStatus {
  readonly selector?: string;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly upToDateReplicas?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** A number of Machines that are made from one template. */
export interface MachineSet extends KubeObject {
  readonly kind: 'MachineSet';
  readonly spec: MachineSetSpec;
  readonly status?: MachineSetStatus;
}
