import { type Finding, finding, withFindings } from '../contract/conditions.ts';
import { annotations, finalizers, labels } from '../contract/names.ts';
import type { IgniteCluster } from '../kinds/ignite-infrastructure.ts';
import { type FailureDomain, isUsable } from '../kinds/cluster.ts';
import { igniteClusterKind } from '../kinds/object-kinds.ts';
import type { BasicWork, Controller, Reconciled } from '../runtime/controller.ts';
import { keepBalancedEndpoint, removeBalancer } from './balanced-endpoint.ts';
import type { Placement } from './placement.ts';

const deletionMs = 2_000;

/** Says where the control plane of a cluster of VMs is reached: at an endpoint that people choose, or at a load balancer. */
export const igniteClusterController = (placement: Placement): Controller<IgniteCluster, BasicWork> => ({
  name: 'ignite-cluster',
  kind: igniteClusterKind,
  finalizer: finalizers.igniteCluster,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  whenOthers: async ({ object }, work) => await placement.whenClusterIsOthers?.(object, work),
  reconcile: async ({ object, cluster }, work) => {
    const { metadata } = object;
    if (metadata.deletionTimestamp !== undefined)
      return (await removeBalancer(object, placement, work))
        ? { object, isCleared: true }
        : { object, requeueAfterMs: deletionMs };
    // Somebody else cares for it then, and says himself what there is.
    if (
      Object.hasOwn(metadata.annotations, annotations.managedBy) ||
      Object.hasOwn(metadata.labels, annotations.managedBy)
    )
      return { object };
    const failureDomains = await placement.failureDomains(work);
    const nowMs = work.clock.now();
    if (object.spec.loadBalancer) {
      if (!cluster) return { object };
      const placed = await placement.takeBalancer(object, work);
      const {
        object: balanced,
        isThere,
        lacks,
      } = await keepBalancedEndpoint(placed, cluster, placement, work);
      return withReady(balanced, { isThere, lacks, failureDomains }, nowMs);
    }
    const isThere =
      isUsable(object.spec.controlPlaneEndpoint) || isUsable(cluster?.spec.controlPlaneEndpoint);
    return withReady(object, { isThere, lacks: undefined, failureDomains }, nowMs);
  },
});

interface Found {
  readonly isThere: boolean;
  readonly lacks: Finding | undefined;
  readonly failureDomains: readonly FailureDomain[] | undefined;
}

function withReady(
  object: IgniteCluster,
  { isThere, lacks, failureDomains }: Found,
  nowMs: number,
): Reconciled<IgniteCluster> {
  const { status } = object;
  const Ready =
    lacks ??
    finding(
      isThere,
      ['Provisioned', 'WaitingForEndpoint'],
      'spec.controlPlaneEndpoint says where the control plane will be reached',
    );
  const wasThere = status?.initialization?.provisioned === true;
  return {
    object: {
      ...object,
      status: {
        ...status,
        ...((isThere || wasThere) && { initialization: { provisioned: true } }),
        ...(failureDomains && { failureDomains }),
        conditions: withFindings(status?.conditions, { Ready }, object, nowMs),
      },
    },
  };
}
