import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { apiServerPort } from '../contract/api-server-port.ts';
import { type Cluster, type Endpoint, isUsable } from '../kinds/cluster.ts';
import type { HostedControlPlane } from '../kinds/hosted-control-plane.ts';
import { igniteClusterKind } from '../kinds/object-kinds.ts';
import type { Work } from '../runtime/controller.ts';

/** Where the API servers of a control plane are reached. */
export type FoundEndpoint =
  | {
      readonly type: 'known';
      readonly endpoint: Required<Endpoint>;
      /** Whether it is the address of a single replica, which leads to no other one. */
      readonly isOwn: boolean;
    }
  /** It will be the address of the first replica. */
  | { readonly type: 'own' }
  | { readonly type: 'missing'; readonly waitsFor: string };

/**
 * Finds the endpoint of a control plane. That of the Cluster counts, which a load balancer may have given it, and else what people have
 * chosen. One replica without either is its own endpoint.
 */
export async function findEndpoint(
  controlPlane: HostedControlPlane,
  cluster: Cluster,
  pods: readonly HostPod[],
  work: Work,
): Promise<FoundEndpoint> {
  const { replicas, controlPlaneEndpoint: chosen } = controlPlane.spec;
  const endpoint = [cluster.spec.controlPlaneEndpoint, chosen].find(isUsable);
  if (endpoint)
    return {
      ...{ type: 'known', endpoint },
      isOwn: pods.some(({ status }) => status?.address === endpoint.host),
    };
  if (chosen?.host)
    return { type: 'known', endpoint: { host: chosen.host, port: apiServerPort }, isOwn: false };
  if (await hasLoadBalancer(cluster, work))
    return { type: 'missing', waitsFor: 'the load balancer of the cluster has no address yet' };
  return replicas === 1
    ? { type: 'own' }
    : {
        type: 'missing',
        waitsFor:
          'several replicas need spec.loadBalancer of the IgniteCluster, or spec.controlPlaneEndpoint that leads to them',
      };
}

async function hasLoadBalancer({ metadata, spec }: Cluster, { objects }: Work): Promise<boolean> {
  const { apiGroup, kind, name = '' } = spec.infrastructureRef ?? {};
  if (apiGroup !== igniteClusterKind.group || kind !== igniteClusterKind.kind) return false;
  const found = await objects.get(igniteClusterKind, { namespace: metadata.namespace, name });
  return found?.spec.loadBalancer !== undefined;
}
