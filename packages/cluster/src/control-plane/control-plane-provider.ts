import type { ObjectKind } from '@ignite/toolkit/scheme/object-kind';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { KubeObject, OwnerReference } from '@ignite/toolkit/object/kube-object';
import type { Findings } from '../contract/conditions.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { ReplicatedMetadata } from '../contract/replicated-metadata.ts';
import type { ControlPlane } from '../kinds/control-plane.ts';
import type { Machine, MachineSpec } from '../kinds/machine.ts';
import type { Etcd, EtcdMember, WorkloadCluster } from '../workload/workload-cluster.ts';

/** What the spec of a control plane asks for, in the words of all providers. */
export interface ControlPlaneWish {
  readonly replicas: number;
  readonly version: string;
  readonly maxSurge: 0 | 1;
  /** The time after which all Machines are replaced (RFC 3339). */
  readonly rolloutAfter?: string | undefined;
  /** Machines are replaced so many days before the certificates of their API servers expire. */
  readonly expiryDays?: number | undefined;
  /** The port of the API server of each Machine. */
  readonly port: number;
  readonly remediation?:
    | {
        readonly maxRetry?: number | undefined;
        readonly retryPeriodSeconds?: number | undefined;
        readonly minHealthyPeriodSeconds?: number | undefined;
      }
    | undefined;
  /** The template of the machines, and what Machines and all that is made for them are labelled with. */
  readonly infrastructureRef: ContractReference;
  readonly metadata: ReplicatedMetadata | undefined;
  /** Further fields of the Machines. */
  readonly machine: Partial<Pick<MachineSpec, 'readinessGates' | 'deletion' | 'taints'>>;
  /** The spec of the config of each Machine. */
  readonly config: object;
  readonly isEtcdExternal: boolean;
}

/** What is known of the members of etcd: `unknown` while it does not answer, and `external` if it is elsewhere. */
export type EtcdMembers = readonly EtcdMember[] | 'unknown' | 'external';

export interface MakingSecrets {
  readonly client: ObjectClient;
  readonly namespace: string;
  readonly clusterName: string;
  readonly owner: OwnerReference;
}

/** How a distribution of Kubernetes is set up on the Machines of a control plane. */
export interface ControlPlaneProvider<T extends ControlPlane> {
  /** The name of the controller. */
  readonly name: string;
  readonly kind: ObjectKind<T>;
  readonly finalizer: string;
  /** The kind of the configs by which machines become members. */
  readonly configKind: ObjectKind<KubeObject & { readonly spec: object }>;
  readonly wishOf: (controlPlane: T) => ControlPlaneWish;
  /** Makes the Secrets that the machines need beside the keys of the cluster, unless they are there. */
  readonly ensureSecrets: (making: MakingSecrets, signal: AbortSignal) => Promise<void>;
  readonly etcdOf: (workload: WorkloadCluster, clock: Clock) => Etcd;
  /** Tells the cluster how control planes are set up that join it from now on. */
  readonly announce: (controlPlane: T, workload: WorkloadCluster, signal: AbortSignal) => Promise<void>;
  /** Upgrades what runs in the cluster beside the control plane, once all its Machines are as they are wanted. */
  readonly upgradeAddons: (controlPlane: T, workload: WorkloadCluster, signal: AbortSignal) => Promise<void>;
  /** The condition types that every Machine of the control plane must have. */
  readonly memberGates: readonly string[];
  /** Finds out how the components of a Machine's node are. */
  readonly memberFindings: (
    machine: Machine,
    workload: WorkloadCluster,
    members: EtcdMembers,
    signal: AbortSignal,
  ) => Promise<Findings>;
}
