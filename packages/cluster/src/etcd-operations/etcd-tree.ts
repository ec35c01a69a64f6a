import type { EtcdMemberStatus } from '../kinds/etcd-cluster.ts';
import { type TreeLine, linesOf, titleOf } from '../operations/tree.ts';
import type { EtcdView } from './find-etcd.ts';

/** Pure. Returns an etcd cluster with its members as a tree. */
export const etcdTree = ({ cluster, vms }: EtcdView): readonly TreeLine[] =>
  linesOf({
    title: titleOf(cluster),
    object: cluster,
    children: vms
      .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en', { numeric: true }))
      .map((vm) => {
        const member = cluster.status?.members?.find(({ name }) => name === vm.metadata.name);
        return { title: `${roleOf(member)} - ${titleOf(vm)}`, object: vm, children: [] };
      }),
  });

function roleOf(member: EtcdMemberStatus | undefined): string {
  if (!member || member.role === 'None') return 'NoMember';
  if (!member.isHealthy) return `${member.role} (unhealthy)`;
  return member.isLeader ? 'Leader' : member.role;
}
