import { KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { controllerOf } from '../contract/owner.ts';
import { type Node, type Pod, daemonSets, isNodeReady, namespaces, nodes, pods } from '../workload/node.ts';
import type { WorkloadCluster } from '../workload/workload-cluster.ts';
import { type DrainedPod, type Draining, planDrain } from './plan-drain.ts';

const finished = ['Succeeded', 'Failed'];

/** Keeps new Pods off a node. */
export async function cordon({ objects }: WorkloadCluster, node: Node, signal: AbortSignal): Promise<void> {
  if (node.spec?.unschedulable) return;
  const changes = { spec: { unschedulable: true } };
  await objects.patch({ ...nodes, name: node.metadata.name }, { type: 'merge', changes }, { signal });
}

/**
 * Evicts the Pods of a node, as far as their disruption budgets allow. Returns the names of those that are still there
 * and must go, with why they cannot be evicted. One that cannot be does not hold up the others of its order.
 */
export async function drain(
  workload: WorkloadCluster,
  node: Node,
  rules: Draining['rules'],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const fields = [{ field: 'spec.nodeName', operator: '=', value: node.metadata.name } as const];
  const all = new KindClient<Pod>(workload.objects, { ...pods, decode: (stored) => stored as Pod });
  const { items } = await all.list({ fields, signal });
  const needsNamespaces = rules.some(({ spec }) =>
    spec.pods?.some(({ namespaceSelector }) => namespaceSelector !== undefined),
  );
  const ofNamespaces = needsNamespaces ? await namespaceLabels(workload, signal) : new Map<string, Labels>();
  const known: DrainedPod[] = [];
  for (const pod of items) known.push(await drained(workload, pod, ofNamespaces, signal));
  const { evicted, awaited, later } = planDrain(known, { isNodeReachable: isNodeReady(node), rules });
  const left: string[] = [];
  for (const { namespace, name } of evicted) {
    const failure = await evict(workload, { namespace, name }, signal);
    left.push(`${namespace}/${name}${failure === undefined ? '' : ` (${failure})`}`);
  }
  return [...left, ...[...awaited, ...later].map(({ namespace, name }) => `${namespace}/${name}`)];
}

type Labels = Readonly<Record<string, string>>;

async function namespaceLabels(
  { objects }: WorkloadCluster,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Labels>> {
  const { items } = await objectsOf(objects, namespaces).list({ signal });
  return new Map(items.map(({ metadata }) => [metadata.name, metadata.labels]));
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

async function drained(
  { objects }: WorkloadCluster,
  pod: Pod,
  ofNamespaces: ReadonlyMap<string, Labels>,
  signal: AbortSignal,
): Promise<DrainedPod> {
  const { namespace, name, labels, annotations, deletionTimestamp } = pod.metadata;
  const owner = controllerOf(pod);
  const exists =
    owner?.kind === 'DaemonSet' &&
    (await objectsOf(objects, daemonSets).find({ namespace, name: owner.name }, { signal })) !== undefined;
  return {
    ...{ namespace, name, labels, annotations },
    namespaceLabels: ofNamespaces.get(namespace) ?? {},
    isLeaving: deletionTimestamp !== undefined,
    isFinished: finished.includes(pod.status?.phase ?? ''),
    owner: owner && { kind: owner.kind, exists },
  };
}
