import { keepsQuorum } from '../workload/keeps-quorum.ts';
import type { EtcdMember } from '../workload/workload-cluster.ts';
import type { ControlPlaneMachine } from './control-plane-machine.ts';

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
