import type { Vm } from '@ignite/api/v1/vm';
import { hasVmm } from '@ignite/api/v1/vm-phase';
import { formatLabelSelector } from '@ignite/toolkit/client/label-selector';
import { finding, findCondition, withFindings } from '../contract/conditions.ts';
import { oldestOf } from '../contract/kubernetes-version.ts';
import { labels } from '../contract/names.ts';
import type { EtcdCluster, EtcdClusterStatus, EtcdMemberStatus } from '../kinds/etcd-cluster.ts';
import { etcdUrl } from '../workload/remote-etcd.ts';
import type { ManagedMember } from '../workload/workload-cluster.ts';
import { clientPort } from './member-config.ts';
import { isMemberAt } from '../workload/member-place.ts';
import type { EtcdAction } from '../workload/plan-etcd.ts';
import { addressOf, indexOf, isAsWanted } from './vm-of-member.ts';

/** What is known of an etcd cluster. */
export interface SeenEtcd {
  readonly vms: readonly Vm[];
  readonly members: readonly ManagedMember[] | 'unknown';
}

/**
 * Pure. Returns what is known of each member. What is not healthy has been so since it was first seen. The time of a member
 * begins when etcd has said that it goes on without it, and begins anew after etcd as a whole was away.
 */
export function memberStatuses(
  { vms, members }: SeenEtcd,
  { status }: EtcdCluster,
  nowMs: number,
): readonly EtcdMemberStatus[] {
  const list = members === 'unknown' ? [] : members;
  const isTimed = members !== 'unknown' || !status?.initialized;
  const wasAway = status?.initialized && awayMs(status, nowMs) > longestBlip;
  return vms
    .toSorted((a, b) => indexOf(a) - indexOf(b))
    .map((vm) => {
      const { name } = vm.metadata;
      const address = addressOf(vm);
      const member = list.find((each) => isMemberAt(each, address));
      const isHealthy = member?.isHealthy === true;
      const before = status?.members?.find((each) => each.name === name)?.unhealthyTime;
      const since = (wasAway ? undefined : before) ?? (isTimed ? new Date(nowMs).toISOString() : undefined);
      return {
        name,
        ...(address !== undefined && { address }),
        role: member ? (member.isLearner ? 'Learner' : 'Voter') : 'None',
        isHealthy,
        isLeader: member?.isLeader === true,
        ...(member?.version !== undefined && { version: member.version }),
        ...(!isHealthy && since !== undefined && { unhealthyTime: since }),
      };
    });
}

/** An etcd that is away for longer is one whose machines come back one after the other. */
const longestBlip = 60_000;

function awayMs(status: EtcdClusterStatus, nowMs: number): number {
  const { status: holds, lastTransitionTime = '' } = findCondition({ status }, 'Available') ?? {};
  return holds === 'False' ? nowMs - Date.parse(lastTransitionTime) : 0;
}

/** Pure. Returns an etcd cluster with the status that follows from what is seen of it, and from what it does next. */
export function withEtcdStatus(
  cluster: EtcdCluster,
  seen: SeenEtcd,
  { action, nowMs }: { readonly action: EtcdAction; readonly nowMs: number },
): EtcdCluster {
  const { metadata, spec, status } = cluster;
  const statuses = memberStatuses(seen, cluster, nowMs);
  const isVoter = ({ role }: EtcdMemberStatus): boolean => role === 'Voter';
  const voters = statuses.filter(isVoter);
  const healthy = voters.filter(({ isHealthy }) => isHealthy);
  const isAvailable = seen.members !== 'unknown' && healthy.length > 0;
  const alarms = alarmsIn(seen);
  const isSettled = action.type === 'nothing' && healthy.length === spec.replicas && alarms.length === 0;
  const reasons = action.type === 'nothing' && alarms.length > 0 ? [] : [reasonOf(action, seen.vms)];
  const message = isSettled ? '' : [...alarms, ...reasons].join('; ');
  const [first, ...others] = voters.flatMap(({ version }) => (version === undefined ? [] : [version]));
  const version = first === undefined ? status?.version : oldestOf(first, ...others);
  const findings = {
    Available: finding(isAvailable, ['Available', 'NotAvailable'], message),
    Ready: finding(isSettled, ['Ready', 'NotReady'], message),
    Deleting: finding(metadata.deletionTimestamp !== undefined, ['Deleting', 'NotDeleting']),
  };
  const selector = [{ key: labels.etcdCluster, operator: 'In', values: [metadata.name] }] as const;
  return {
    ...cluster,
    status: {
      ...(status?.initialized && { initialized: true }),
      ...(version !== undefined && { version }),
      replicas: voters.length,
      readyReplicas: healthy.length,
      upToDateReplicas: seen.vms.filter((vm) => isAsWanted(vm, cluster)).length,
      selector: formatLabelSelector(selector),
      // While etcd does not answer, clients still know where it was.
      endpoints: isAvailable ? endpointsOf(voters) : (status?.endpoints ?? []),
      members: statuses,
      conditions: withFindings(status?.conditions, findings, cluster, nowMs),
    },
  };
}

const endpointsOf = (voters: readonly EtcdMemberStatus[]): readonly string[] =>
  voters.flatMap(({ address }) => (address === undefined ? [] : [etcdUrl(address, clientPort)]));

/** With an alarm, etcd takes no writes until somebody says that it is over. */
const alarmsIn = ({ members }: SeenEtcd): readonly string[] =>
  members === 'unknown'
    ? []
    : [...new Set(members.flatMap(({ alarms = [] }) => alarms))].map((each) => `etcd has the alarm ${each}`);

/** Says what is being done, or why nothing is, and of a VM that does not come up why. */
function reasonOf(action: EtcdAction, vms: readonly Vm[]): string {
  const reason = textOf(action);
  const late = vms.find((vm) => !hasVmm(vm) && vm.status.message !== undefined);
  const failed = vms.find((vm) => bootstrapFailure(vm) !== undefined);
  if (late) return `${reason} (VM ${late.metadata.name} is ${late.status.phase}: ${late.status.message})`;
  return failed ? `${reason} (VM ${failed.metadata.name}: ${bootstrapFailure(failed)})` : reason;
}

/** The guest tells by its channel when it could not carry out its user data. */
const bootstrapFailure = ({ status }: Vm): string | undefined =>
  status.conditions?.find((each) => each.type === 'Bootstrapped' && each.status === 'False')?.message;

function textOf(action: EtcdAction): string {
  switch (action.type) {
    case 'nothing':
      return 'its members are being looked at';
    case 'wait':
      return action.reason;
    case 'create':
      return 'a VM is being created';
    case 'configure':
      return `VM ${action.place} gets its keys`;
    case 'add':
      return `VM ${action.place} is joining`;
    case 'promote':
      return 'a member is joining';
    case 'remove':
      return 'a member is leaving';
    case 'delete':
      return `VM ${action.place} is being deleted`;
  }
}
