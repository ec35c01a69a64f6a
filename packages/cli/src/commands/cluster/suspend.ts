import { suspendCluster } from '@ignite/cluster/operations/suspend-cluster';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusterControllers } from '../../cluster-context.ts';
import { printDone } from '../../render/message/done.ts';
import { clusterKey, waitFlags, waitingOf } from './cluster-flags.ts';

export const clusterSuspend: Command = {
  name: 'cluster suspend',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Save all machines of a cluster to the disk, so that it needs no CPU and no memory',
  details: [
    'All machines stand still before the first one is saved, and the programs of a hosted control plane end. The cluster keeps its addresses. Until "ignite cluster resume", nothing in it is changed, repaired or deleted.',
  ],
  examples: ['ignite cluster suspend dev'],
  flags: { ...namespaceFlags, timeout: waitFlags['timeout']! },
  run: async (invocation) => {
    const key = clusterKey(invocation.args[0]!);
    const cluster = await withClusterControllers(
      invocation,
      async (host) => await suspendCluster(key, waitingOf(host, invocation.flags)),
    );
    printDone(cluster, `Suspended cluster "${key.name}"`, invocation);
    return 0;
  },
};
