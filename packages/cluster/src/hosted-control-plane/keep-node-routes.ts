import { isDeepStrictEqual } from 'node:util';
import type { HostPod } from '@ignite/api/host-pod/host-pod';
import { hostPodKind } from '@ignite/api/host-pod/object-kind';
import { objectsOf } from '@ignite/toolkit/client/kind-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Work } from '../runtime/controller.ts';
import { type Node, nodes } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { planNodeRoutes } from './plan-node-routes.ts';
import type { ClusterNetwork } from './service-network.ts';
import { isSeen } from '../contract/is-seen.ts';

/**
 * Gives the pods of a control plane routes to the Pods of its nodes: one pod at a time, the next one when the hosts have looked at all changes before,
 * since a pod does not count as ready until then. As long as the nodes cannot be told, the routes stay as they are.
 */
export async function keepNodeRoutes(
  pods: readonly HostPod[],
  network: ClusterNetwork,
  workload: WorkloadCluster,
  work: Work,
  signal: AbortSignal,
): Promise<void> {
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (staying.some((pod) => pod.spec.programs.length > 0 && !isSeen(pod))) return;
  const found = await nodesOf(workload, work, signal);
  if (!found) return;
  const routes = planNodeRoutes(found, network.pods?.split(',') ?? []);
  const next = staying.find(({ spec }) => !isDeepStrictEqual(spec.routes ?? [], routes));
  if (next) await work.objects.write(hostPodKind, next, { ...next, spec: { ...next.spec, routes } });
}

async function nodesOf(
  { objects }: WorkloadCluster,
  { log }: Work,
  signal: AbortSignal,
): Promise<readonly Node[] | undefined> {
  try {
    return (await objectsOf(objects, nodes).list({ signal })).items as readonly Node[];
  } catch (failure) {
    signal.throwIfAborted();
    log('debug', 'the nodes of a cluster cannot be told', { error: errorText(failure) });
    return undefined;
  }
}
