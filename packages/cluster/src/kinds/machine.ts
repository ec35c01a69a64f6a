import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import { hasExactlyOne } from '@ignite/toolkit/schema/exactly-one';
import * as v from 'valibot';
import { readinessGatesSchema } from '../contract/polarity.ts';
import { contractReferenceSchema } from '../contract/reference.ts';
import { kubernetesVersionSchema } from '../contract/kubernetes-version.ts';

const seconds = v.pipe(v.number(), v.integer(), v.minValue(0));

export const machineDeletionSchema = v.strictObject({
  nodeDrainTimeoutSeconds: described('Time to drain the node; 0 for no limit.', v.optional(seconds)),
  nodeVolumeDetachTimeoutSeconds: described(
    'Time to wait for volumes of the node; 0 for no limit.',
    v.optional(seconds),
  ),
  nodeDeletionTimeoutSeconds: described(
    'Time to try to delete the node; 0 for no limit. 10 by default.',
    v.optional(seconds),
  ),
});

export const machineTaintsSchema = v.array(
  v.strictObject({
    key: v.pipe(v.string(), v.nonEmpty()),
    value: v.optional(v.string()),
    effect: v.picklist(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
    propagation: v.picklist(['Always', 'OnInitialization']),
  }),
);

export const machineSpecSchema = v.strictObject({
  clusterName: described(
    'Name of the Cluster. It cannot be changed.',
    v.pipe(v.string(), v.nonEmpty(), v.maxLength(63)),
  ),
  bootstrap: described(
    'Where the bootstrap data comes from: a config of a bootstrap provider, or a Secret.',
    v.pipe(
      v.strictObject({
        configRef: v.optional(contractReferenceSchema),
        dataSecretName: v.optional(v.pipe(v.string(), v.maxLength(253))),
      }),
      v.check(
        (bootstrap) =>
          hasExactlyOne(bootstrap, ['configRef', 'dataSecretName']) || bootstrap.configRef !== undefined,
        'must have configRef or dataSecretName',
      ),
    ),
  ),
  infrastructureRef: described('The machine of an infrastructure provider.', contractReferenceSchema),
  version: described('Version of Kubernetes.', v.optional(kubernetesVersionSchema)),
  providerID: described(
    'Identifies the machine; equal to that of its node.',
    v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(512))),
  ),
  failureDomain: described('Failure domain of the machine.', v.optional(v.string())),
  minReadySeconds: described(
    'Time for which the machine must be ready to be available.',
    v.optional(seconds),
  ),
  readinessGates: v.optional(readinessGatesSchema),
  deletion: v.optional(machineDeletionSchema),
  taints: v.optional(machineTaintsSchema),
});
export type MachineSpec = v.InferOutput<typeof machineSpecSchema>;

export interface MachineAddress {
  readonly type: 'Hostname' | 'ExternalIP' | 'InternalIP' | 'ExternalDNS' | 'InternalDNS';
  readonly address: string;
}

export type MachinePhase =
  'Pending' | 'Provisioning' | 'Provisioned' | 'Running' | 'Updating' | 'Deleting' | 'Failed' | 'Unknown';

export interface MachineStatus {
  readonly initialization?: {
    readonly infrastructureProvisioned?: boolean;
    readonly bootstrapDataSecretCreated?: boolean;
  };
  readonly nodeRef?: { readonly name: string };
  readonly nodeInfo?: { readonly kubeletVersion?: string; readonly [field: string]: unknown };
  readonly lastUpdated?: string;
  readonly addresses?: readonly MachineAddress[];
  readonly failureDomain?: string;
  readonly phase?: MachinePhase;
  /** When the certificates of a control plane expire (RFC 3339), if somebody has asked. */
  readonly certificatesExpiryDate?: string;
  readonly deletion?: {
    readonly nodeDrainStartTime?: string;
    readonly waitForNodeVolumeDetachStartTime?: string;
    readonly nodeDeletionStartTime?: string;
  };
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** A node of a cluster: a machine of an infrastructure provider, and what it boots with. */
export interface Machine extends KubeObject {
  readonly kind: 'Machine';
  readonly spec: MachineSpec;
  readonly status?: MachineStatus;
}
