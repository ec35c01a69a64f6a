import { type Finding, finding, withFindings } from '../contract/conditions.ts';
import { annotations, finalizers, labels } from '../contract/names.ts';
import type { IgniteCluster } from '../kinds/ignite-infrastructure.ts';
import { isUsable } from '../kinds/cluster.ts';
import { igniteClusterKind } from '../kinds/object-kinds.ts';
import type { Controller, Reconciled } from '../runtime/controller.ts';
import { keepBalancedEndpoint, removeBalancer } from './balanced-endpoint.ts';

const deletionMs = 2_000;

/** Says where the control plane of a cluster of VMs is reached: at an endpoint that people choose, or at a load balancer. */
export const igniteClusterController: Controller<IgniteCluster> = {
  name: 'ignite-cluster',
  kind: igniteClusterKind,
  finalizer: finalizers.igniteCluster,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, work) => {
    const { metadata } = object;
    if (metadata.deletionTimestamp !== undefined)
      return (await removeBalancer(object, work))
        ? { object, isCleared: true }
        : { object, requeueAfterMs: deletionMs };
    // Somebody else cares for it then, and says himself what there is.
    if (
      Object.hasOwn(metadata.annotations, annotations.managedBy) ||
      Object.hasOwn(metadata.labels, annotations.managedBy)
    )
      return { object };
    if (object.spec.loadBalancer) {
      if (!cluster) return { object };
      const { object: balanced, isThere, lacks } = await keepBalancedEndpoint(object, cluster, work);
      return withReady(balanced, isThere, lacks, work.clock.now());
    }
    const isThere =
      isUsable(object.spec.controlPlaneEndpoint) || isUsable(cluster?.spec.controlPlaneEndpoint);
    return withReady(object, isThere, undefined, work.clock.now());
  },
};

function withReady(
  object: IgniteCluster,
  isThere: boolean,
  lacks: Finding | undefined,
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
        conditions: withFindings(status?.conditions, { Ready }, object, nowMs),
      },
    },
  };
}
