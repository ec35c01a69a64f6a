import { keepsQuorum } from '../workload/keeps-quorum.ts';
import type { ManagedMember } from '../workload/workload-cluster.ts';
import { type MemberVm, isMemberAt } from './member-vm.ts';

/** What an etcd cluster is to be, and is. */
export interface EtcdState {
  readonly replicas: number;
  /** Whether it has ever answered. From then on its data is in its members alone, and it is never begun again. */
  readonly isInitialized: boolean;
  readonly vms: readonly MemberVm[];
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
  | { readonly type: 'configure'; readonly vm: string; readonly role: MemberRole }
  | { readonly type: 'add'; readonly vm: string }
  | { readonly type: 'promote'; readonly id: string }
  | { readonly type: 'remove'; readonly id: string }
  | { readonly type: 'delete'; readonly vm: string };

/**
 * Pure. Returns what an etcd cluster does next. A VM joins as a learner, which does not vote; a member leaves etcd before its
 * VM is deleted; and nothing is done that could cost the majority.
 */
export function planEtcd(state: EtcdState): EtcdAction {
  const { isInitialized, members } = state;
  if (!isInitialized) return planBeginning(state);
  if (members === 'unknown') return waitFor('etcd does not answer, or has lost its majority');
  const paired = pair(state.vms, members);
  return (
    planLearner(paired) ??
    planLost(paired) ??
    planGivenUp(paired) ??
    planLoose(paired, state.replicas) ??
    planSize(paired, state) ??
    planKeys(paired) ??
    unhealthy(paired.voters) ??
    leaving(state.vms) ?? { type: 'nothing' }
  );
}

interface Member extends ManagedMember {
  /** Absent if the VM is gone, or about to go. */
  readonly vm: MemberVm | undefined;
}

interface Paired {
  readonly learner: Member | undefined;
  readonly voters: readonly Member[];
  /** The VMs that are no members, those of the smallest numbers first. */
  readonly loose: readonly MemberVm[];
}

function pair(vms: readonly MemberVm[], members: readonly ManagedMember[]): Paired {
  const staying = vms.filter(({ isLeaving }) => !isLeaving).toSorted((a, b) => a.index - b.index);
  const all = members.map((member) => ({
    ...member,
    vm: staying.find((vm) => isMemberAt(member, vm.address)),
  }));
  return {
    learner: all.find(({ isLearner }) => isLearner),
    voters: all.filter(({ isLearner }) => !isLearner),
    loose: staying.filter((vm) => !members.some((member) => isMemberAt(member, vm.address))),
  };
}

/** The first member begins the cluster alone. Until it has answered, it may be given up for another one. */
function planBeginning({ vms, members }: EtcdState): EtcdAction {
  const [first] = vms.toSorted((a, b) => a.index - b.index);
  if (!first) return { type: 'create', index: 1 };
  if (first.isLeaving) return waitFor(`VM ${first.name} is being deleted`);
  if (first.isGivenUp && members === 'unknown') return { type: 'delete', vm: first.name };
  if (first.address === undefined) return waitFor(`VM ${first.name} has no address yet`);
  return first.isConfigured
    ? waitFor(`the first member ${first.name} does not answer yet`)
    : { type: 'configure', vm: first.name, role: 'first' };
}

/** A learner votes once it has caught up. It is taken back if its VM will not come. */
function planLearner({ learner }: Paired): EtcdAction | undefined {
  if (!learner) return undefined;
  const { id, vm, isHealthy } = learner;
  if (!vm) return { type: 'remove', id };
  if (!vm.isConfigured) return { type: 'configure', vm: vm.name, role: 'joining' };
  if (isHealthy) return { type: 'promote', id };
  return vm.isGivenUp ? { type: 'remove', id } : waitFor(`member ${vm.name} is catching up`);
}

/** A member whose VM is gone leaves etcd, which then needs fewer of the others. */
function planLost({ voters }: Paired): EtcdAction | undefined {
  const lost = voters.filter(({ vm }) => !vm);
  const chosen = lost.find(({ isHealthy }) => !isHealthy) ?? lost[0];
  return chosen && removal(voters, chosen);
}

/** A VM that is no member becomes one, or goes: if nobody wants it, or if it has been a member and has old data. */
function planLoose({ voters, loose }: Paired, replicas: number): EtcdAction | undefined {
  const [vm] = loose;
  if (!vm) return undefined;
  const remove = { type: 'delete', vm: vm.name } as const;
  if (vm.isConfigured || vm.isGivenUp || voters.length >= mostOf(voters, replicas)) return remove;
  if (vm.address === undefined) return waitFor(`VM ${vm.name} has no address yet`);
  return unhealthy(voters) ?? { type: 'add', vm: vm.name };
}

function planGivenUp({ voters }: Paired): EtcdAction | undefined {
  const chosen = voters.find(({ isHealthy, vm }) => !isHealthy && vm?.isGivenUp);
  return chosen && removal(voters, chosen);
}

/** One more than wanted may be there while members are being replaced. */
function planSize({ voters }: Paired, { replicas, vms }: EtcdState): EtcdAction | undefined {
  if (voters.length < mostOf(voters, replicas))
    return (
      unhealthy(voters) ??
      leaving(vms) ?? { type: 'create', index: Math.max(0, ...vms.map(({ index }) => index)) + 1 }
    );
  if (voters.length <= replicas) return undefined;
  const [victim] = voters.toSorted(
    (a, b) =>
      Number(isUpToDate(a)) - Number(isUpToDate(b)) ||
      Number(a.isHealthy) - Number(b.isHealthy) ||
      Number(a.isLeader) - Number(b.isLeader) ||
      (b.vm?.index ?? 0) - (a.vm?.index ?? 0),
  );
  return unhealthy(voters.filter(({ id }) => id !== victim!.id)) ?? removal(voters, victim!);
}

/** Keys are renewed by a restart, of one member at a time. */
function planKeys({ voters }: Paired): EtcdAction | undefined {
  const due = voters.find(({ vm }) => vm && (!vm.isConfigured || vm.isRenewalDue));
  if (!due) return undefined;
  return (
    unhealthy(voters.filter(({ id }) => id !== due.id)) ?? {
      type: 'configure',
      vm: due.vm!.name,
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

const isUpToDate = ({ vm }: Member): boolean => vm?.isUpToDate === true;

const mostOf = (voters: readonly Member[], replicas: number): number =>
  replicas + (voters.every(isUpToDate) ? 0 : 1);

function unhealthy(voters: readonly Member[]): EtcdAction | undefined {
  const found = voters.find(({ isHealthy }) => !isHealthy);
  return found && waitFor(`member ${found.vm?.name ?? found.name} is not healthy`);
}

function leaving(vms: readonly MemberVm[]): EtcdAction | undefined {
  const found = vms.find(({ isLeaving }) => isLeaving);
  return found && waitFor(`VM ${found.name} is being deleted`);
}

const waitFor = (reason: string): EtcdAction => ({ type: 'wait', reason });
