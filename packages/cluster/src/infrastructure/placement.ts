import type { HostPod } from '@ignite/api/host-pod/host-pod';
import type { Vm } from '@ignite/api/v1/vm';
import type { ReconcileResult } from '@ignite/toolkit/controller/controller';
import { isControlledBy } from '../contract/owner.ts';
import type { FailureDomain } from '../kinds/cluster.ts';
import type { IgniteCluster, IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import type { BasicWork } from '../runtime/controller.ts';

/** How machines come to hosts. */
export interface Placement {
  /** Returns when to look again at a machine that another host cares for, and `undefined` if this one does. */
  readonly whenMachineIsOthers?: (
    object: IgniteMachine,
    work: BasicWork,
  ) => Promise<ReconcileResult | undefined>;
  readonly whenClusterIsOthers?: (
    object: IgniteCluster,
    work: BasicWork,
  ) => Promise<ReconcileResult | undefined>;
  /** Writes down that this host takes a machine, before anything is made for it. */
  readonly takeMachine: (object: IgniteMachine, work: BasicWork) => Promise<IgniteMachine>;
  /** Writes down that this host takes the load balancer of a cluster. */
  readonly takeBalancer: (object: IgniteCluster, work: BasicWork) => Promise<IgniteCluster>;
  /** Returns why a machine may not be on this host, if that is so. */
  readonly refusal: (object: IgniteMachine) => Promise<string | undefined>;
  /** Tells whether a VM is the one of a machine. */
  readonly isVmOf: (vm: Vm, object: IgniteMachine) => boolean;
  /** Tells whether a HostPod is the load balancer of a cluster. */
  readonly isPodOf: (pod: HostPod, object: IgniteCluster) => boolean;
  /**
   * Brings what a machine boots with to where its VM finds it, and returns the name of the Secret there; `undefined` if
   * somebody else's Secret has that name.
   */
  readonly bringData: (object: IgniteMachine, dataSecretName: string) => Promise<string | undefined>;
  /** Clears away what was brought. */
  readonly dropData: (object: IgniteMachine) => Promise<void>;
  /** Returns the failure domains of a cluster, if the hosts are some. */
  readonly failureDomains: (work: BasicWork) => Promise<readonly FailureDomain[] | undefined>;
}

/** Machines and VMs are in one store, and the hosts of that store share the VMs among themselves. */
export const inOneStore: Placement = {
  takeMachine: async (object) => object,
  takeBalancer: async (object) => object,
  refusal: async () => undefined,
  isVmOf: isControlledBy,
  isPodOf: isControlledBy,
  bringData: async (_object, dataSecretName) => dataSecretName,
  dropData: async () => {},
  failureDomains: async () => undefined,
};
