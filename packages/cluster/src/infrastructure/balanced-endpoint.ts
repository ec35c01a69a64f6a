import { isDeepStrictEqual } from 'node:util';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { type Finding, findCondition } from '../contract/conditions.ts';
import { labels } from '../contract/names.ts';
import { controllerOf, controllerReference, withController } from '../contract/owner.ts';
import { type Cluster, isUsable } from '../kinds/cluster.ts';
import type { IgniteCluster } from '../kinds/ignite-infrastructure.ts';
import { hostedControlPlaneKind, igniteClusterKind, machineKind } from '../kinds/object-kinds.ts';
import type { BasicWork } from '../runtime/controller.ts';
import type { Placement } from './placement.ts';
import { planBalancer } from './plan-balancer.ts';

/** Pure. Returns the name of the HostPod that is the endpoint of a cluster. */
const podName = ({ metadata }: IgniteCluster): string => `${metadata.name}-endpoint`;

interface Balanced {
  readonly object: IgniteCluster;
  /** Whether the load balancer has its address. */
  readonly isThere: boolean;
  /** What is wrong with the load balancer, or kept it from coming up. */
  readonly lacks?: Finding;
}

/**
 * Keeps the load balancer of a cluster leading to the Machines, or the pods, of the control plane. Its address becomes the endpoint unless people have
 * chosen one, such as a name that leads to it.
 */
export async function keepBalancedEndpoint(
  infrastructure: IgniteCluster,
  cluster: Cluster,
  placement: Placement,
  work: BasicWork,
): Promise<Balanced> {
  const { objects } = work;
  const { loadBalancer, controlPlaneEndpoint } = infrastructure.spec;
  const balancer = planBalancer(
    loadBalancer!.port,
    await objects.ofCluster(machineKind, cluster),
    await replicasOf(cluster, work),
  );
  const { namespace } = infrastructure.metadata;
  const found = await objects.get(hostPodKind, { namespace, name: podName(infrastructure) });
  if (found && !placement.isPodOf(found, infrastructure))
    return lacking(
      infrastructure,
      'NameTaken',
      `the HostPod ${podName(infrastructure)} belongs to somebody else`,
    );
  // Another one would have another address, which the nodes do not know.
  if (!found && infrastructure.status?.initialization?.provisioned === true)
    return lacking(
      infrastructure,
      'LoadBalancerDeleted',
      `the HostPod ${podName(infrastructure)} is gone, and with it the address of the control plane`,
    );
  const pod = found
    ? await withBalancer(found, infrastructure, balancer, work)
    : await objects.create(hostPodKind, {
        metadata: {
          ...{ name: podName(infrastructure), namespace },
          labels: { [labels.cluster]: cluster.metadata.name },
          ownerReferences: [controllerReference(igniteClusterKind, infrastructure)],
        },
        spec: {
          ...(loadBalancer!.hostName !== undefined && { hostName: loadBalancer!.hostName }),
          ...{ programs: [], balancer },
        },
      });
  const host = pod.status?.address;
  if (host === undefined)
    return lacking(
      infrastructure,
      'WaitingForLoadBalancer',
      'a host has to give the load balancer an address',
    );
  const object = isUsable(controlPlaneEndpoint)
    ? infrastructure
    : await objects.write(igniteClusterKind, infrastructure, {
        ...infrastructure,
        spec: { ...infrastructure.spec, controlPlaneEndpoint: { host, port: balancer.port } },
      });
  const ready = findCondition(pod, 'Ready');
  return ready?.status === 'True'
    ? { object, isThere: true }
    : lacking(object, 'LoadBalancerNotReady', ready?.message ?? '', true);
}

/** Returns the pods of a hosted control plane. Those that only have its labels get no connections. */
async function replicasOf(cluster: Cluster, { objects }: BasicWork): Promise<readonly HostPod[]> {
  const { apiGroup, kind, name } = cluster.spec.controlPlaneRef ?? {};
  if (apiGroup !== hostedControlPlaneKind.group || kind !== hostedControlPlaneKind.kind) return [];
  const pods = await objects.ofCluster(hostPodKind, cluster);
  return pods.filter((pod) => {
    const owner = controllerOf(pod);
    return owner?.kind === kind && owner.name === name;
  });
}

const lacking = (object: IgniteCluster, reason: string, message: string, isThere = false): Balanced => ({
  object,
  isThere,
  lacks: { status: 'False', reason, message },
});

/** Gives a HostPod to its cluster, which may have come from another management cluster, and has it lead to the servers. */
async function withBalancer(
  pod: HostPod,
  infrastructure: IgniteCluster,
  balancer: NonNullable<HostPod['spec']['balancer']>,
  { objects }: BasicWork,
): Promise<HostPod> {
  const own = withController(pod, controllerReference(igniteClusterKind, infrastructure));
  const isAsWanted = isDeepStrictEqual(pod.spec.balancer, balancer);
  const next = isAsWanted ? own : { ...own, spec: { ...own.spec, balancer } };
  return await objects.write(hostPodKind, pod, next);
}

/** Removes the load balancer of a cluster that goes. Resolves with whether it is gone. */
export async function removeBalancer(
  infrastructure: IgniteCluster,
  placement: Placement,
  { objects }: BasicWork,
): Promise<boolean> {
  const { namespace } = infrastructure.metadata;
  const pod = await objects.get(hostPodKind, { namespace, name: podName(infrastructure) });
  if (!pod || !placement.isPodOf(pod, infrastructure)) return true;
  await objects.delete(hostPodKind, pod);
  return false;
}
