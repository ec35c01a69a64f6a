import { isPaused } from '@ignite/cluster/kinds/cluster';
import { awaitCluster } from '@ignite/cluster/operations/await-cluster';
import { restoreCluster } from '@ignite/cluster/operations/restore-cluster';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusterControllers } from '../../cluster-context.ts';
import { printDone } from '../../render/message/done.ts';
import { clusterKey, tellHeld, tellUnattended, waitFlags, waitingOf } from './cluster-flags.ts';

export const clusterRestore: Command = {
  name: 'cluster restore',
  arguments: 'CLUSTER NAME',
  arity: { least: 2, most: 2 },
  summary: 'Bring a cluster back to a snapshot of it, with the memory of then',
  details: [
    'What has happened in the cluster since is lost. It must have the machines that it had then. A restoration that was cut short is done again by the same command.',
  ],
  examples: ['ignite cluster restore dev ready'],
  flags: { ...namespaceFlags, timeout: waitFlags['timeout']! },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const [cluster = '', name = ''] = args;
    const key = clusterKey(cluster);
    await withClusterControllers(invocation, async (host) => {
      const waiting = { ...waitingOf(host, flags), snapshots: host.client.snapshots };
      const restored = await restoreCluster(key, name, waiting);
      const cluster = isPaused(restored) ? restored : (await awaitCluster(key, waiting)).cluster;
      printDone(cluster, `Brought cluster "${key.name}" back to snapshot "${name}"`, invocation);
      tellHeld(cluster, invocation);
      tellUnattended(host, invocation);
    });
    return 0;
  },
};
