import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { described } from '@ignite/toolkit/schema/described';
import * as v from 'valibot';
import { own } from '../contract/names.ts';
import { readinessGatesSchema } from '../contract/polarity.ts';
import { contractReferenceSchema } from '../contract/reference.ts';
import { topologySchema } from './topology.ts';

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const blocks = v.strictObject({ cidrBlocks: v.pipe(v.array(v.string()), v.nonEmpty()) });

export const endpointSchema = v.strictObject({
  host: v.optional(v.pipe(v.string(), v.maxLength(512))),
  port: v.optional(port),
});
export type Endpoint = v.InferOutput<typeof endpointSchema>;

export const clusterSpecSchema = v.strictObject({
  paused: described('Whether the controllers leave the cluster alone.', v.optional(v.boolean())),
  clusterNetwork: v.optional(
    v.strictObject({
      apiServerPort: described('Port of the API server.', v.optional(port)),
      services: described('Networks of Services.', v.optional(blocks)),
      pods: described('Networks of Pods.', v.optional(blocks)),
      serviceDomain: described('Domain of Services.', v.optional(v.string())),
    }),
  ),
  controlPlaneEndpoint: described(
    'Where the control plane is reached; filled in by the infrastructure provider if it is absent.',
    v.optional(endpointSchema),
  ),
  controlPlaneRef: described('The control plane.', v.optional(contractReferenceSchema)),
  infrastructureRef: described(
    'The cluster of an infrastructure provider.',
    v.optional(contractReferenceSchema),
  ),
  availabilityGates: v.optional(readinessGatesSchema),
  topology: described(
    'What the cluster is made of, by a ClusterClass, which then decides on the references.',
    v.optional(topologySchema),
  ),
});
export type ClusterSpec = v.InferOutput<typeof clusterSpecSchema>;

export type ClusterPhase = 'Pending' | 'Provisioning' | 'Provisioned' | 'Deleting' | 'Unknown';

export interface ReplicaCounts {
  readonly desiredReplicas?: number;
  readonly replicas?: number;
  readonly upToDateReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
}

export interface FailureDomain {
  readonly name: string;
  readonly controlPlane?: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
}

export interface ClusterStatus {
  readonly initialization?: {
    readonly infrastructureProvisioned?: boolean;
    readonly controlPlaneInitialized?: boolean;
  };
  readonly controlPlane?: ReplicaCounts;
  readonly workers?: ReplicaCounts;
  readonly failureDomains?: readonly FailureDomain[];
  readonly phase?: ClusterPhase;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** A Kubernetes cluster: its network, and references to its infrastructure and its control plane. */
export interface Cluster extends KubeObject {
  readonly kind: 'Cluster';
  readonly spec: ClusterSpec;
  readonly status?: ClusterStatus;
}

/**
 * Pure. Tells whether what belongs to a Cluster is to be left alone: somebody has paused it, or it does not run as a whole. The latter holds
 * whatever those say who write its spec, such as a Sync.
 */
export const isPaused = ({ metadata, spec }: Cluster): boolean =>
  spec.paused === true ||
  [own.suspended, own.restoring, own.cloning].some((name) => Object.hasOwn(metadata.annotations, name));

/** Pure. Tells whether an endpoint can be used. */
export const isUsable = (endpoint: Endpoint | undefined): endpoint is Required<Endpoint> =>
  endpoint?.host !== undefined && endpoint.host !== '' && endpoint.port !== undefined;
