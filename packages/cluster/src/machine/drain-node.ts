import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { controllerOf } from '../contract/owner.ts';
import { type Node, type Pod, isNodeReady, nodes, pods } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { type DrainedPod, drainVerdict } from './plan-drain.ts';

const finished = ['Succeeded', 'Failed'];

/** Keeps new Pods off a node. */
export async function cordon({ objects }: WorkloadCluster, node: Node, signal: AbortSignal): Promise<void> {
  if (node.spec?.unschedulable) return;
  const changes = { spec: { unschedulable: true } };
  await objects.patch({ ...nodes, name: node.metadata.name }, { type: 'merge', changes }, { signal });
}

/**
 * Evicts the Pods of a node, as far as their disruption budgets allow. Returns the names of those that are still there
 * and must go, with why they cannot be evicted. One that cannot be does not hold up the others.
 */
export async function drain(
  workload: WorkloadCluster,
  node: Node,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const fields = [{ field: 'spec.nodeName', operator: '=', value: node.metadata.name } as const];
  const all = new KindClient<Pod>(workload.objects, { ...pods, decode: (stored) => stored as Pod });
  const { items } = await all.list({ fields, signal });
  const left: string[] = [];
  for (const pod of items) {
    const verdict = drainVerdict(await drained(workload, pod, signal), isNodeReady(node));
    if (verdict === 'skip') continue;
    const { namespace, name } = pod.metadata;
    const failure = verdict === 'evict' ? await evict(workload, { namespace, name }, signal) : undefined;
    left.push(`${namespace}/${name}${failure === undefined ? '' : ` (${failure})`}`);
  }
  return left;
}

/** Resolves with why a Pod cannot be evicted, unless that was asked for or has to wait for its disruption budget. */
async function evict(
  workload: WorkloadCluster,
  pod: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await workload.evict(pod, signal);
    return undefined;
  } catch (failure) {
    signal.throwIfAborted();
    return errorText(failure);
  }
}

async function drained({ objects }: WorkloadCluster, pod: Pod, signal: AbortSignal): Promise<DrainedPod> {
  const { namespace, name, labels, annotations, deletionTimestamp } = pod.metadata;
  const owner = controllerOf(pod);
  const sets = { group: 'apps', version: 'v1', resource: 'daemonsets', kind: 'DaemonSet' };
  const exists =
    owner?.kind === 'DaemonSet' &&
    (await objectsOf(objects, sets).find({ namespace, name: owner.name }, { signal })) !== undefined;
  return {
    ...{ namespace, name, labels, annotations },
    isLeaving: deletionTimestamp !== undefined,
    isFinished: finished.includes(pod.status?.phase ?? ''),
    owner: owner && { kind: owner.kind, exists },
  };
}
