import { type MemberPlace, isMemberAt } from '../workload/member-place.ts';
import { type EtcdAction, planEtcd } from '../workload/plan-etcd.ts';
import type { ManagedMember } from '../workload/workload-cluster.ts';

/** A replica of a control plane, as far as it matters for what is done next. */
export interface ReplicaView extends Omit<MemberPlace, 'isRenewalDue' | 'isUpToDate'> {
  /** Whether all is ready that its host was told to run. */
  readonly isReady: boolean;
  /** Whether its host has looked at it since it was last changed. Until then, nobody knows whether it is ready. */
  readonly isSeen: boolean;
  /** What of it is not as wanted. Programs are replaced as soon as they are told, and keys when their host next looks. */
  readonly due: 'nothing' | 'programs' | 'keys';
  /** Whether its keys have been the same for so long that its host has seen them. */
  readonly isSettled: boolean;
}

export interface ReplicasState {
  readonly replicas: number;
  /** Whether the API server has answered once. Until then there is one replica, which makes the data. */
  readonly isBegun: boolean;
  readonly views: readonly ReplicaView[];
  /** The members of their etcd; `none` if the data is elsewhere, or in the only replica. */
  readonly members: readonly ManagedMember[] | 'unknown' | 'none';
}

/** Pure. Returns the members that an etcd is known to have. */
export const knownMembers = (members: ReplicasState['members']): readonly ManagedMember[] =>
  typeof members === 'string' ? [] : members;

/** One operation. There is never more than one at a time. */
export type ReplicaAction =
  | EtcdAction
  /** Other members will reach the first one at the address of its pod. */
  | { readonly type: 'announce'; readonly id: string; readonly place: string }
  /** A replica gets other programs or keys. */
  | { readonly type: 'update'; readonly place: string };

/**
 * Pure. Returns what the replicas of a control plane do next. Before their number grows or shrinks, all that are to stay are as
 * wanted and ready; and of those that are ready, one at a time is changed.
 */
export function planReplicas(state: ReplicasState): ReplicaAction {
  const next = planNumber(state);
  switch (next.type) {
    case 'nothing':
    case 'wait':
      return planUpdate(state) ?? next;
    case 'create':
      return planUpdate(state) ?? unready(state.views) ?? next;
    case 'remove':
      return unreadyBeside(next.id, state) ?? next;
    case 'announce':
    case 'configure':
    case 'add':
    case 'promote':
    case 'update':
    case 'delete':
      return next;
  }
}

function planNumber(state: ReplicasState): ReplicaAction {
  const { replicas, isBegun, views, members } = state;
  if (members === 'none') return planCount(state);
  const hidden = knownMembers(members).find(isHidden);
  if (hidden) return announcement(hidden, views);
  const places = views.map((view) => ({ ...view, isRenewalDue: false, isUpToDate: true }));
  return planEtcd({ replicas, isInitialized: isBegun, places, members });
}

/** An etcd that has begun alone is known to itself by the loopback of its pod. */
const isHidden = (member: ManagedMember): boolean => isMemberAt(member, '127.0.0.1');

function announcement({ id, isHealthy }: ManagedMember, views: readonly ReplicaView[]): ReplicaAction {
  const [only, ...others] = views;
  if (!only || others.length > 0 || only.address === undefined || !isHealthy)
    return waitFor('the only member of etcd has to be healthy');
  return { type: 'announce', id, place: only.name };
}

/** Replicas without an etcd among them: they come and go in the order of their numbers. */
function planCount({ replicas, isBegun, views }: ReplicasState): EtcdAction {
  const leaving = views.find(({ isLeaving }) => isLeaving);
  if (leaving) return waitFor(`${leaving.name} is being deleted`);
  const bare = views.find(({ isConfigured }) => !isConfigured);
  if (bare)
    return bare.address === undefined
      ? waitFor(`${bare.name} has no address yet`)
      : { type: 'configure', place: bare.name, role: 'first' };
  const last = views.toSorted((a, b) => b.index - a.index)[0];
  if (views.length < (isBegun ? replicas : 1)) return { type: 'create', index: (last?.index ?? 0) + 1 };
  if (!last || views.length <= replicas) return { type: 'nothing' };
  return unready(views.filter((each) => each !== last)) ?? { type: 'delete', place: last.name };
}

/**
 * A replica that is not ready is changed first, since that may repair it. One that is ready is changed when all others are ready too;
 * and one whose etcd is healthy, when those of the others are. Nothing is changed as long as a host has not yet acted on a change before.
 */
function planUpdate({ views, members }: ReplicasState): ReplicaAction | undefined {
  const running = views.filter(({ isConfigured, isLeaving }) => isConfigured && !isLeaving);
  if (running.some(({ isSeen }) => !isSeen)) return undefined;
  const isDown = ({ address }: ReplicaView): boolean =>
    knownMembers(members).some((member) => isMemberAt(member, address) && !member.isHealthy);
  const [chosen] = running
    .filter(({ due }) => due !== 'nothing')
    .toSorted(
      (a, b) =>
        Number(isDown(b)) - Number(isDown(a)) || Number(a.isReady) - Number(b.isReady) || a.index - b.index,
    );
  if (!chosen) return undefined;
  const others = running.filter((each) => each !== chosen);
  const isAllowed =
    isDown(chosen) ||
    (chosen.isReady
      ? others.every(({ isReady, isSettled }) => isReady && (isSettled || chosen.due === 'programs'))
      : !others.some(isDown));
  return isAllowed ? { type: 'update', place: chosen.name } : undefined;
}

/** A member that could stay leaves when the others are ready. One that has failed or has lost its pod leaves at once. */
function unreadyBeside(id: string, { views, members }: ReplicasState): ReplicaAction | undefined {
  const member = knownMembers(members).find((each) => each.id === id);
  const own = views.find(({ address, isLeaving }) => !isLeaving && member && isMemberAt(member, address));
  if (!own || !member?.isHealthy) return undefined;
  return unready(views.filter((each) => each !== own && !each.isLeaving));
}

function unready(views: readonly ReplicaView[]): EtcdAction | undefined {
  const found = views.find(({ isReady }) => !isReady);
  return found && waitFor(`the replica ${found.name} is not ready`);
}

const waitFor = (reason: string): EtcdAction => ({ type: 'wait', reason });
