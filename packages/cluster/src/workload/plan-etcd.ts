import { keepsQuorum } from './keeps-quorum.ts';
import type { ManagedMember } from './workload-cluster.ts';
import { type MemberPlace, isMemberAt } from './member-place.ts';

/** What an etcd cluster is to be, and is. */
export interface EtcdState {
  readonly replicas: number;
  /** Whether it has ever answered. From then on its data is in its members alone, and it is never begun again. */
  readonly isInitialized: boolean;
  readonly places: readonly MemberPlace[];
  /** The members of etcd: `unknown` while it does not answer. */
  readonly members: readonly ManagedMember[] | 'unknown';
}

/** How a member begins: with a cluster of its own, as one more of others, or with the data that it has. */
export type MemberRole = 'first' | 'joining' | 'known';

/** One operation. There is never more than one at a time. */
export type EtcdAction =
  | { readonly type: 'nothing' }
  /** Nothing can be done now, although there is something to do. */
  | { readonly type: 'wait'; readonly reason: string }
  | { readonly type: 'create'; readonly index: number }
  | { readonly type: 'configure'; readonly place: string; readonly role: MemberRole }
  | { readonly type: 'add'; readonly place: string }
  | { readonly type: 'promote'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string }
  | { readonly type: 'delete'; readonly place: string };

/**
 * Pure. Returns what an etcd cluster does next. Each of its members runs in a place of its own, a VM or a pod of a host. A place
 * joins as a learner, which does not vote; a member leaves etcd before its place is deleted; and nothing is done that could cost
 * the majority.
 */
export function planEtcd(state: EtcdState): EtcdAction {
  const { isInitialized, members } = state;
  if (!isInitialized) return planBeginning(state);
  if (members === 'unknown') return waitFor('etcd does not answer, or has lost its majority');
  const paired = pair(state.places, members);
  return (
    planLearner(paired) ??
    planLost(paired) ??
    planGivenUp(paired) ??
    planLoose(paired, state.replicas) ??
    planSize(paired, state) ??
    planKeys(paired) ??
    unhealthy(paired.voters) ??
    leaving(state.places) ?? { type: 'nothing' }
  );
}

interface Member extends ManagedMember {
  /** Absent if the place is gone, or about to go. */
  readonly place: MemberPlace | undefined;
}

interface Paired {
  readonly learner: Member | undefined;
  readonly voters: readonly Member[];
  /** The places that are no members, those of the smallest numbers first. */
  readonly loose: readonly MemberPlace[];
}

function pair(places: readonly MemberPlace[], members: readonly ManagedMember[]): Paired {
  const staying = places.filter(({ isLeaving }) => !isLeaving).toSorted((a, b) => a.index - b.index);
  const all = members.map((member) => ({
    ...member,
    place: staying.find((place) => isMemberAt(member, place.address)),
  }));
  return {
    learner: all.find(({ isLearner }) => isLearner),
    voters: all.filter(({ isLearner }) => !isLearner),
    loose: staying.filter((place) => !members.some((member) => isMemberAt(member, place.address))),
  };
}

/** The first member begins the cluster alone. Until it has answered, it may be given up for another one. */
function planBeginning({ places, members }: EtcdState): EtcdAction {
  const [first] = places.toSorted((a, b) => a.index - b.index);
  if (!first) return { type: 'create', index: 1 };
  if (first.isLeaving) return waitFor(`${first.name} is being deleted`);
  if (first.isGivenUp && members === 'unknown') return { type: 'delete', place: first.name };
  if (first.address === undefined) return waitFor(`${first.name} has no address yet`);
  return first.isConfigured
    ? waitFor(`the first member ${first.name} does not answer yet`)
    : { type: 'configure', place: first.name, role: 'first' };
}

/** A learner votes once it has caught up. It is taken back if its place will not come. */
function planLearner({ learner }: Paired): EtcdAction | undefined {
  if (!learner) return undefined;
  const { id, place, isHealthy } = learner;
  if (!place) return { type: 'remove', id };
  if (!place.isConfigured) return { type: 'configure', place: place.name, role: 'joining' };
  if (isHealthy) return { type: 'promote', id };
  return place.isGivenUp ? { type: 'remove', id } : waitFor(`member ${place.name} is catching up`);
}

/** A member whose place is gone leaves etcd, which then needs fewer of the others. */
function planLost({ voters }: Paired): EtcdAction | undefined {
  const lost = voters.filter(({ place }) => !place);
  const chosen = lost.find(({ isHealthy }) => !isHealthy) ?? lost[0];
  return chosen && removal(voters, chosen);
}

/** A place that is no member becomes one, or goes: if nobody wants it, or if it has been a member and has old data. */
function planLoose({ voters, loose }: Paired, replicas: number): EtcdAction | undefined {
  const [place] = loose;
  if (!place) return undefined;
  const remove = { type: 'delete', place: place.name } as const;
  if (place.isConfigured || place.isGivenUp || voters.length >= mostOf(voters, replicas)) return remove;
  if (place.address === undefined) return waitFor(`${place.name} has no address yet`);
  return unhealthy(voters) ?? { type: 'add', place: place.name };
}

function planGivenUp({ voters }: Paired): EtcdAction | undefined {
  const chosen = voters.find(({ isHealthy, place }) => !isHealthy && place?.isGivenUp);
  return chosen && removal(voters, chosen);
}

/** One more than wanted may be there while members are being replaced. */
function planSize({ voters }: Paired, { replicas, places }: EtcdState): EtcdAction | undefined {
  if (voters.length < mostOf(voters, replicas))
    return (
      unhealthy(voters) ??
      leaving(places) ?? { type: 'create', index: Math.max(0, ...places.map(({ index }) => index)) + 1 }
    );
  if (voters.length <= replicas) return undefined;
  const [victim] = voters.toSorted(
    (a, b) =>
      Number(isUpToDate(a)) - Number(isUpToDate(b)) ||
      Number(isGivenUp(b)) - Number(isGivenUp(a)) ||
      Number(a.isHealthy) - Number(b.isHealthy) ||
      Number(a.isLeader) - Number(b.isLeader) ||
      (b.place?.index ?? 0) - (a.place?.index ?? 0),
  );
  return unhealthy(voters.filter(({ id }) => id !== victim!.id)) ?? removal(voters, victim!);
}

/** Keys are renewed by a restart, of one member at a time. */
function planKeys({ voters }: Paired): EtcdAction | undefined {
  const due = voters.find(({ place }) => place && (!place.isConfigured || place.isRenewalDue));
  if (!due) return undefined;
  return (
    unhealthy(voters.filter(({ id }) => id !== due.id)) ?? {
      type: 'configure',
      place: due.place!.name,
      role: 'known',
    }
  );
}

const removal = (voters: readonly Member[], { id }: Member): EtcdAction =>
  keepsQuorum(
    voters.map((each) => ({ ...each, name: each.id })),
    { removed: id },
  )
    ? { type: 'remove', id }
    : waitFor('etcd would lose its majority');

const isGivenUp = ({ place }: Member): boolean => place?.isGivenUp === true;
const isUpToDate = ({ place }: Member): boolean => place?.isUpToDate === true;

const mostOf = (voters: readonly Member[], replicas: number): number =>
  replicas + (voters.every(isUpToDate) ? 0 : 1);

function unhealthy(voters: readonly Member[]): EtcdAction | undefined {
  const found = voters.find(({ isHealthy }) => !isHealthy);
  return found && waitFor(`member ${found.place?.name ?? found.name} is not healthy`);
}

function leaving(places: readonly MemberPlace[]): EtcdAction | undefined {
  const found = places.find(({ isLeaving }) => isLeaving);
  return found && waitFor(`${found.name} is being deleted`);
}

const waitFor = (reason: string): EtcdAction => ({ type: 'wait', reason });
