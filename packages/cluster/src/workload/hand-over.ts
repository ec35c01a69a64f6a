import { heirOf } from './heir-of.ts';
import type { EtcdServers, ManagedMember } from './workload-cluster.ts';

/** Makes another member the leader if this one leads, so that nobody waits for an election. */
export async function handOver(
  id: string,
  members: readonly ManagedMember[],
  etcd: EtcdServers,
  signal: AbortSignal,
): Promise<void> {
  const leader = members.find((each) => each.id === id && each.isLeader);
  const heir = leader && heirOf(members, leader);
  if (heir) await etcd.moveLeader(heir.id, signal);
}
