import type { Condition } from '@ignite/toolkit/object/condition';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** The last Machine of a control plane that was replaced because it was unhealthy. */
export interface LastRemediation {
  readonly machine: string;
  readonly time: string;
  readonly retryCount: number;
}

export interface ControlPlaneStatus {
  readonly initialization?: { readonly controlPlaneInitialized?: boolean };
  readonly selector?: string;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly upToDateReplicas?: number;
  /** The oldest version of its Machines. */
  readonly version?: string;
  readonly versions?: readonly { readonly version: string; readonly replicas: number }[];
  readonly lastRemediation?: LastRemediation;
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
}

/** A control plane with a member of etcd in each of its Machines. */
export interface ControlPlane extends KubeObject {
  readonly status?: ControlPlaneStatus;
}
