import type { EtcdMember } from './workload-cluster.ts';

/**
 * Pure. Returns the member that takes over when another one goes, of whose leadership nothing may be known. Only members
 * that vote lead, so a learner is no heir, and leaves nothing to take over.
 */
export function heirOf<Member extends EtcdMember>(
  members: readonly Member[],
  leaving: EtcdMember,
): Member | undefined {
  if (leaving.isLearner) return undefined;
  return members.find(({ id, isHealthy, isLearner }) => id !== leaving.id && isHealthy && !isLearner);
}
