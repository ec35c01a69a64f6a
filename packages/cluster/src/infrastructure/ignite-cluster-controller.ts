import { finding, withFindings } from '../contract/conditions.ts';
import { annotations, labels } from '../contract/names.ts';
import type { IgniteCluster } from '../kinds/ignite-infrastructure.ts';
import { isUsable } from '../kinds/cluster.ts';
import { igniteClusterKind } from '../kinds/object-kinds.ts';
import type { Controller } from '../runtime/controller.ts';

/** Says that clusters of VMs need no infrastructure but an endpoint, which people choose. */
export const igniteClusterController: Controller<IgniteCluster> = {
  name: 'ignite-cluster',
  kind: igniteClusterKind,
  clusterOf: ({ metadata }) => metadata.labels[labels.cluster],
  reconcile: async ({ object, cluster }, { clock }) => {
    const { metadata, spec, status } = object;
    // Somebody else cares for it then, and says himself what there is.
    if (
      Object.hasOwn(metadata.annotations, annotations.managedBy) ||
      Object.hasOwn(metadata.labels, annotations.managedBy)
    )
      return { object };
    const isThere = isUsable(spec.controlPlaneEndpoint) || isUsable(cluster?.spec.controlPlaneEndpoint);
    const Ready = finding(
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
          conditions: withFindings(status?.conditions, { Ready }, object, clock.now()),
        },
      },
    };
  },
};
