import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { kubernetesVersionSchema } from '../contract/kubernetes-version.ts';
import { readinessGatesSchema } from '../contract/polarity.ts';
import { replicatedMetadataSchema } from '../contract/replicated-metadata.ts';
import { deletionOrderSchema, replicasSchema } from './machine-set.ts';
import { machineRolloutSchema } from './machine-deployment.ts';
import { healthChecksSchema, healthRemediationSchema } from './machine-health-check.ts';
import { intOrPercentSchema } from '../contract/int-or-percent.ts';
import { machineDeletionSchema, machineTaintsSchema } from './machine.ts';

const seconds = v.pipe(v.number(), v.integer(), v.minValue(0));
export const classNameSchema = v.pipe(v.string(), v.nonEmpty(), v.maxLength(256));

/** What classes and topologies say of Machines alike; what a topology says precedes what its class says. */
export const machineSettings = {
  metadata: described('Labels and annotations.', v.optional(replicatedMetadataSchema)),
  readinessGates: v.optional(readinessGatesSchema),
  taints: v.optional(machineTaintsSchema),
};

/** The same of the Machines of workers. */
export const workerSettings = {
  ...machineSettings,
  deletion: v.optional(v.strictObject({ ...machineDeletionSchema.entries, ...deletionOrderSchema.entries })),
  failureDomain: v.optional(v.string()),
  minReadySeconds: v.optional(seconds),
};

/** How Machines of a control plane are checked and replaced. */
export const controlPlaneHealthEntries = {
  checks: v.optional(healthChecksSchema),
  remediation: v.optional(healthRemediationSchema),
};

/** How Machines of workers are checked and replaced. */
export const workerHealthEntries = {
  checks: v.optional(healthChecksSchema),
  remediation: v.optional(
    v.strictObject({ ...healthRemediationSchema.entries, maxInFlight: v.optional(intOrPercentSchema) }),
  ),
};

const enabled = described(
  'Whether Machines are checked; by default, if the class or the topology says how.',
  v.optional(v.boolean()),
);

const variableSchema = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
  value: described('Any JSON that the schema of the variable allows.', v.unknown()),
});
export type TopologyVariable = v.InferOutput<typeof variableSchema>;

const variablesSchema = v.pipe(
  v.array(variableSchema),
  v.check(
    (variables) => new Set(variables.map(({ name }) => name)).size === variables.length,
    'must have different names',
  ),
);

const overridesSchema = described(
  'Variables that have other values here.',
  v.optional(v.strictObject({ overrides: v.optional(variablesSchema) })),
);

const deploymentSchema = v.strictObject({
  class: described('Name of the class in workers.machineDeployments of the ClusterClass.', classNameSchema),
  name: described(
    'Name, by which the MachineDeployment is known here.',
    v.pipe(v.string(), v.nonEmpty(), v.maxLength(63)),
  ),
  replicas: described('Number of Machines; if absent, somebody else scales.', v.optional(replicasSchema)),
  rollout: v.optional(machineRolloutSchema),
  healthCheck: v.optional(v.strictObject({ enabled, ...workerHealthEntries })),
  variables: overridesSchema,
  ...workerSettings,
});
export type DeploymentTopology = v.InferOutput<typeof deploymentSchema>;

const controlPlaneSchema = v.strictObject({
  replicas: described('Number of replicas.', v.optional(replicasSchema)),
  rollout: v.optional(v.strictObject({ after: machineRolloutSchema.entries.after })),
  healthCheck: v.optional(v.strictObject({ enabled, ...controlPlaneHealthEntries })),
  deletion: v.optional(machineDeletionSchema),
  variables: overridesSchema,
  ...machineSettings,
});
export type ControlPlaneTopology = v.InferOutput<typeof controlPlaneSchema>;

export const topologySchema = v.strictObject({
  classRef: described(
    'The ClusterClass, in the namespace of the Cluster.',
    v.strictObject({
      name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(253)),
      namespace: v.optional(v.pipe(v.string(), v.maxLength(63))),
    }),
  ),
  version: described('Version of Kubernetes.', kubernetesVersionSchema),
  controlPlane: v.optional(controlPlaneSchema),
  workers: v.optional(
    v.strictObject({
      machineDeployments: v.optional(
        v.pipe(
          v.array(deploymentSchema),
          v.maxLength(2_000),
          v.check(
            (all) => new Set(all.map(({ name }) => name)).size === all.length,
            'must have different names',
          ),
        ),
      ),
    }),
  ),
  variables: described('Values of the variables of the class.', v.optional(variablesSchema)),
});
export type Topology = v.InferOutput<typeof topologySchema>;
