import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** What is left of a Cluster that is being deleted. */
export interface Remains {
  readonly hasHook: boolean;
  /** MachineDeployments, MachinePools, MachineSets and Machines of workers. */
  readonly workers: readonly KubeObject[];
  readonly hasControlPlane: boolean;
  /** Machines of a control plane that nobody owns. */
  readonly controlPlaneMachines: readonly KubeObject[];
  readonly hasInfrastructure: boolean;
}

/** The next step; its name is the reason of the condition `Deleting`. */
export type ClusterDeletionStep =
  | 'WaitingForBeforeDeleteHook'
  | 'WaitingForWorkersDeletion'
  | 'WaitingForControlPlaneDeletion'
  | 'WaitingForInfrastructureDeletion'
  | 'DeletionCompleted';

/** Pure. Returns what is deleted next: workers while the control plane can still let their nodes go, and so on. */
export function planClusterDeletion(remains: Remains): ClusterDeletionStep {
  if (remains.hasHook) return 'WaitingForBeforeDeleteHook';
  if (remains.workers.length > 0) return 'WaitingForWorkersDeletion';
  if (remains.hasControlPlane || remains.controlPlaneMachines.length > 0)
    return 'WaitingForControlPlaneDeletion';
  return remains.hasInfrastructure ? 'WaitingForInfrastructureDeletion' : 'DeletionCompleted';
}
