import type { EtcdMember } from '../workload/workload-cluster.ts';
import type { ControlPlaneMachine } from './control-plane-machine.ts';

/**
 * Pure. Tells whether etcd still has a majority of healthy members when some are removed, or one is to join, which
 * counts as unhealthy until it has.
 */
export function keepsQuorum(
  members: readonly EtcdMember[],
  change: { readonly removed?: string; readonly isJoining?: boolean },
): boolean {
  if (members.some(({ isLearner }) => isLearner)) return false;
  const left = members.filter(({ name }) => name !== change.removed);
  const joining = change.isJoining && members.length > 1 ? 1 : 0;
  const voting = left.length + joining;
  const unhealthy = left.filter(({ isHealthy }) => !isHealthy).length + joining;
  return voting > 0 && voting - unhealthy >= Math.floor(voting / 2) + 1;
}

/**
 * Pure. Returns a member whose Machine is gone, and which etcd can do without. While a Machine has no node, it is not known
 * whose member it may be. A learner, which a join that failed has left, has no vote, and nobody else can join before it is gone.
 */
export function findOrphan(
  members: readonly EtcdMember[],
  machines: readonly Pick<ControlPlaneMachine, 'name' | 'hasNode'>[],
): EtcdMember | undefined {
  if (machines.length === 0 || machines.some(({ hasNode }) => !hasNode)) return undefined;
  const orphan = members.find((member) => !machines.some(({ name }) => name === member.name));
  return orphan && (orphan.isLearner || keepsQuorum(members, { removed: orphan.name })) ? orphan : undefined;
}
