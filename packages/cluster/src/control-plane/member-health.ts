import { KindClient } from '@ignite/toolkit/client/kind-client';
import { type Finding, type Findings, finding } from '../contract/conditions.ts';
import type { Machine } from '../kinds/machine.ts';
import { type NodeConditionStatus, type Pod, pods } from '../workload/node.ts';
import type { EtcdMember, WorkloadCluster } from '../workload/workload-cluster.ts';
import type { EtcdMembers } from './control-plane-provider.ts';

/** The components of a member of the control plane, by their conditions of Machines. */
const components = {
  APIServerPodHealthy: 'kube-apiserver',
  ControllerManagerPodHealthy: 'kube-controller-manager',
  SchedulerPodHealthy: 'kube-scheduler',
} as const;

/** The condition types that every Machine of a control plane must have. */
export const memberGates = [...Object.keys(components), 'EtcdPodHealthy', 'EtcdMemberHealthy'];

/** Finds out how the components of a Machine's node are. */
export async function memberFindings(
  machine: Machine,
  workload: WorkloadCluster,
  members: EtcdMembers,
  signal: AbortSignal,
): Promise<Findings> {
  const node = machine.status?.nodeRef?.name;
  const wanted = { ...components, ...(members === 'external' ? {} : { EtcdPodHealthy: 'etcd' }) };
  const found: Record<string, Finding> = {};
  for (const [type, component] of Object.entries(wanted))
    found[type] = node === undefined ? noNode : await podFinding(workload, `${component}-${node}`, signal);
  if (members === 'external') return found;
  return { ...found, EtcdMemberHealthy: memberFinding(node, members) };
}

/** Says that something cannot be told. */
export const uninspected = (message: string): Finding => ({
  status: 'Unknown',
  reason: 'InspectionFailed',
  message,
});

const noNode = uninspected('there is no node yet');

/** Says how the member of a node is. */
export function memberFinding(node: string | undefined, members: readonly EtcdMember[] | 'unknown'): Finding {
  if (node === undefined) return noNode;
  if (members === 'unknown') return uninspected('etcd does not answer');
  const problem = problemOf(members.find(({ name }) => name === node));
  return finding(problem === undefined, ['Healthy', 'NotHealthy'], problem ?? '');
}

/** The cluster must not rely on a member that has the data, and no vote yet. */
function problemOf(member: EtcdMember | undefined): string | undefined {
  if (!member) return 'there is no such member';
  if (member.isLearner) return 'it does not vote yet';
  return member.isHealthy ? undefined : 'it does not answer';
}

async function podFinding({ objects }: WorkloadCluster, name: string, signal: AbortSignal): Promise<Finding> {
  const all = new KindClient<Pod>(objects, { ...pods, decode: (stored) => stored as Pod });
  const pod = await all.find({ namespace: 'kube-system', name }, { signal });
  const { conditions = [] } = (pod?.status ?? {}) as { readonly conditions?: readonly NodeConditionStatus[] };
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  return finding(
    isReady,
    ['Running', 'NotRunning'],
    pod ? `Pod ${name} is not ready` : `there is no Pod ${name}`,
  );
}
