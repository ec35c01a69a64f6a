import { keepsQuorum } from '../workload/keeps-quorum.ts';
import { chooseControlPlaneVictim, chooseFailureDomain } from './choose-control-plane-victim.ts';
import type { ControlPlaneMachine } from './control-plane-machine.ts';
import type { EtcdMembers } from './control-plane-provider.ts';

/** What a control plane is to be, and is. */
export interface ControlPlaneState {
  readonly replicas: number;
  readonly maxSurge: 0 | 1;
  readonly isInitialized: boolean;
  readonly machines: readonly ControlPlaneMachine[];
  readonly members: EtcdMembers;
  readonly domains: readonly string[];
  /** Whether a Machine is being replaced because it is unhealthy. */
  readonly isRemediating: boolean;
}

/** One operation. There is never more than one at a time. */
export type ControlPlaneAction =
  | { readonly type: 'nothing' }
  /** Nothing can be done now, although there is something to do. */
  | { readonly type: 'wait'; readonly reason: string }
  | { readonly type: 'create'; readonly domain: string | undefined }
  | { readonly type: 'delete'; readonly name: string }
  | { readonly type: 'remediate'; readonly name: string };

/** Pure. Returns what a control plane does next. */
export function planControlPlane(state: ControlPlaneState): ControlPlaneAction {
  const { replicas, maxSurge, isInitialized, machines, domains } = state;
  const create = (): ControlPlaneAction => ({
    type: 'create',
    domain: chooseFailureDomain(machines, domains),
  });
  if (machines.length === 0)
    return isInitialized ? waitFor('all Machines of the control plane are gone') : create();
  const remediation = planRemediation(state);
  if (remediation) return remediation;
  const outdated = machines.filter(({ isUpToDate, isLeaving }) => !isUpToDate && !isLeaving);
  const most = replicas + (outdated.length > 0 ? maxSurge : 0);
  if (machines.length < most) return blockerOfGrowth(state) ?? create();
  if (machines.length <= replicas && outdated.length === 0) return { type: 'nothing' };
  const victim = chooseControlPlaneVictim(
    machines.filter(({ isLeaving }) => !isLeaving),
    domains,
  );
  if (!victim) return waitFor('Machines are being deleted');
  return blockerOfLoss(state, victim) ?? { type: 'delete', name: victim.name };
}

/** The reasons not to create a Machine now. */
function blockerOfGrowth(state: ControlPlaneState): ControlPlaneAction | undefined {
  const { isInitialized, machines, isRemediating, members } = state;
  if (!isInitialized) return waitFor('the first Machine has not begun the cluster yet');
  const leaving = machines.find(({ isLeaving }) => isLeaving);
  if (leaving) return waitFor(`Machine ${leaving.name} is being deleted`);
  if (members === 'unknown') return waitFor('etcd does not answer');
  const blocking = machines.filter((each) =>
    isRemediating ? !each.needsRemediation && !each.hasNode : hasProblem(each),
  );
  return blocking.length > 0 ? waitFor(problemsText(blocking)) : undefined;
}

/** The reasons not to delete a Machine now: others are not well, or etcd would lose its majority. */
function blockerOfLoss(
  { machines, members }: ControlPlaneState,
  victim: ControlPlaneMachine,
): ControlPlaneAction | undefined {
  const leaving = machines.find(({ isLeaving }) => isLeaving);
  if (leaving) return waitFor(`Machine ${leaving.name} is being deleted`);
  const blocking = machines.filter((each) => each.name !== victim.name && hasProblem(each));
  if (blocking.length > 0) return waitFor(problemsText(blocking));
  return quorumBlocker(members, victim.name);
}

const hasProblem = ({ hasNode, problems }: ControlPlaneMachine): boolean => !hasNode || problems.length > 0;

function quorumBlocker(
  members: ControlPlaneState['members'],
  removed: string,
): ControlPlaneAction | undefined {
  if (members === 'external') return undefined;
  if (members === 'unknown') return waitFor('etcd does not answer');
  if (members.length <= 1)
    return members[0]?.name === removed ? waitFor('it has the only member of etcd') : undefined;
  return keepsQuorum(members, { removed }) ? undefined : waitFor('etcd would lose its majority');
}

/** Decides whether an unhealthy Machine is deleted, so that another takes its place. */
function planRemediation(state: ControlPlaneState): ControlPlaneAction | undefined {
  const { machines, isInitialized, members } = state;
  const candidates = machines.filter(({ needsRemediation, isLeaving }) => needsRemediation && !isLeaving);
  const chosen = candidates.toSorted(
    (a, b) => rankOf(b) - rankOf(a) || a.createdMs - b.createdMs || a.name.localeCompare(b.name, 'en'),
  )[0];
  if (!chosen) return undefined;
  if (!isInitialized)
    return machines.length === 1
      ? { type: 'remediate', name: chosen.name }
      : waitFor('the cluster is being begun');
  if (machines.length < 2) return waitFor('the only Machine of a control plane is not replaced');
  const others = machines.filter(({ name }) => name !== chosen.name);
  const busy = others.find(
    ({ isLeaving, hasNode, needsRemediation }) => isLeaving || (!hasNode && !needsRemediation),
  );
  if (busy) return waitFor(`Machine ${busy.name} is ${busy.isLeaving ? 'being deleted' : 'coming up'}`);
  return quorumBlocker(members, chosen.name) ?? { type: 'remediate', name: chosen.name };
}

function rankOf({ isMarkedForRemediation, hasNode, problems }: ControlPlaneMachine): number {
  if (isMarkedForRemediation) return 4;
  if (!hasNode) return 3;
  if (problems.some((each) => each.startsWith('Etcd'))) return 2;
  return problems.length > 0 ? 1 : 0;
}

const problemsText = (machines: readonly ControlPlaneMachine[]): string =>
  machines
    .map(({ name, hasNode, problems }) => `Machine ${name}: ${hasNode ? problems.join(', ') : 'no node yet'}`)
    .join('; ');

const waitFor = (reason: string): ControlPlaneAction => ({ type: 'wait', reason });
