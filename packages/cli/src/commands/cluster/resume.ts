import { isPaused } from '@ignite/cluster/kinds/cluster';
import { awaitCluster } from '@ignite/cluster/operations/await-cluster';
import { findCluster, isSuspended } from '@ignite/cluster/operations/find-cluster';
import { resumeCluster } from '@ignite/cluster/operations/suspend-cluster';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusterControllers, withClusters } from '../../cluster-context.ts';
import { printDone } from '../../render/message/done.ts';
import { clusterKey, tellHeld, tellUnattended, waitFlags, waitingOf } from './cluster-flags.ts';

export const clusterResume: Command = {
  name: 'cluster resume',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Care for a cluster again that was paused, or let one go on that was suspended',
  details: [
    'The control plane of a suspended cluster goes on first, then the workers. The command waits until the cluster is as it is wished. A suspended cluster that was paused too stays paused until the command is run again.',
  ],
  examples: ['ignite cluster resume prod'],
  flags: { ...namespaceFlags, timeout: waitFlags['timeout']! },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const key = clusterKey(args[0]!);
    const wasSuspended = await withClusters(invocation, async (host) => {
      const { cluster } = await findCluster(host.objects, key, host.op.signal);
      if (isSuspended(cluster)) return true;
      const resumed = await resumeCluster(key, waitingOf(host, flags));
      printDone(resumed, `Resumed cluster "${key.name}"`, invocation);
      tellHeld(resumed, invocation);
      return false;
    });
    if (!wasSuspended) return 0;
    await withClusterControllers(invocation, async (host) => {
      const waiting = waitingOf(host, flags);
      const resumed = await resumeCluster(key, waiting);
      const cluster = isPaused(resumed) ? resumed : (await awaitCluster(key, waiting)).cluster;
      printDone(cluster, `Resumed cluster "${key.name}"`, invocation);
      tellHeld(cluster, invocation);
      tellUnattended(host, invocation);
    });
    return 0;
  },
};
