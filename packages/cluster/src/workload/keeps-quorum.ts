import type { EtcdMember } from './workload-cluster.ts';

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
