import { labelSelector } from '@ignite/toolkit/access/label-selector';
import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { intOrPercentSchema } from '../contract/int-or-percent.ts';
import { contractReferenceSchema } from '../contract/reference.ts';

const timeout = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The conditions that health checks and owners of Machines write themselves. */
const ownConditions = [
  'Ready',
  'Available',
  'HealthCheckSucceeded',
  'OwnerRemediated',
  'ExternallyRemediated',
];

const unhealthyConditions = (type: v.GenericSchema<string>) =>
  v.array(
    v.strictObject({
      type,
      status: v.picklist(['True', 'False', 'Unknown']),
      timeoutSeconds: described('Time after which the machine is unhealthy.', timeout),
    }),
  );

export const healthChecksSchema = v.strictObject({
  nodeStartupTimeoutSeconds: described(
    'Time in which a node must appear; 0 for no limit, or at least 30.',
    v.optional(
      v.pipe(
        timeout,
        v.check((value) => value === 0 || value >= 30, 'must be 0 or at least 30'),
      ),
      600,
    ),
  ),
  unhealthyNodeConditions: v.optional(unhealthyConditions(v.pipe(v.string(), v.nonEmpty()))),
  unhealthyMachineConditions: v.optional(
    unhealthyConditions(
      v.pipe(
        v.string(),
        v.nonEmpty(),
        v.check(
          (type) => !ownConditions.includes(type),
          `must not be ${ownConditions.slice(0, -1).join(', ')} or ${ownConditions.at(-1)}`,
        ),
      ),
    ),
  ),
});

export const healthRemediationSchema = v.strictObject({
  triggerIf: v.optional(
    v.strictObject({
      unhealthyLessThanOrEqualTo: described(
        'Most unhealthy Machines with which any is replaced.',
        v.optional(intOrPercentSchema),
      ),
      unhealthyInRange: described(
        'Range of unhealthy Machines in which any is replaced, such as `[1-3]`.',
        v.optional(v.pipe(v.string(), v.regex(/^\[\d+-\d+\]$/, 'must be a range such as [1-3]'))),
      ),
    }),
  ),
  templateRef: described(
    'Template of the objects by which somebody else repairs Machines.',
    v.optional(v.strictObject({ ...contractReferenceSchema.entries, apiVersion: v.optional(v.string()) })),
  ),
});

export const machineHealthCheckSpecSchema = v.strictObject({
  clusterName: v.pipe(v.string(), v.nonEmpty(), v.maxLength(63)),
  selector: described('Selects the Machines.', labelSelector),
  checks: v.optional(healthChecksSchema, {}),
  remediation: v.optional(healthRemediationSchema),
});
export type MachineHealthCheckSpec = v.InferOutput<typeof machineHealthCheckSpecSchema>;

export interface MachineHealthCheckStatus {
  readonly expectedMachines?: number;
  readonly currentHealthy?: number;
  readonly remediationsAllowed?: number;
  readonly targets?: readonly string[];
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** Says which Machines are unhealthy, so that their owners replace them. */
export interface MachineHealthCheck extends KubeObject {
  readonly kind: 'MachineHealthCheck';
  readonly spec: MachineHealthCheckSpec;
  readonly status?: MachineHealthCheckStatus;
}
