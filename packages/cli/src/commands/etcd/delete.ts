import { deleteEtcd } from '@ignite/cluster/etcd-operations/delete-etcd';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusterControllers } from '../../cluster-context.ts';
import { clusterKey, waitFlags, waitingOf } from '../cluster/cluster-flags.ts';

export const etcdDelete: Command = {
  name: 'etcd delete',
  arguments: 'ETCD',
  arity: { least: 1, most: 1 },
  summary: 'Delete an etcd cluster with its data, and wait until all of it is gone',
  examples: ['ignite etcd delete db'],
  flags: { ...namespaceFlags, timeout: waitFlags['timeout']! },
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    const key = clusterKey(args[0]!);
    await withClusterControllers(invocation, async (host) => {
      await deleteEtcd(key, waitingOf(host, flags));
    });
    if (!flags.isSet('quiet')) io.out.write(`Deleted etcd cluster "${key.name}"\n`);
    return 0;
  },
};
