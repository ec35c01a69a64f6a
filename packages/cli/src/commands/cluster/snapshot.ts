import { awaitCluster } from '@ignite/cluster/operations/await-cluster';
import { removeClusterSnapshot, snapshotCluster } from '@ignite/cluster/operations/snapshot-cluster';
import { isPaused } from '@ignite/cluster/kinds/cluster';
import { viewCluster } from '@ignite/cluster/operations/cluster-view';
import { isDnsLabel } from '@ignite/toolkit/object/name';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClusterControllers } from '../../cluster-context.ts';
import { printDone } from '../../render/message/done.ts';
import { clusterKey, tellUnattended, waitFlags, waitingOf } from './cluster-flags.ts';

export const clusterSnapshot: Command = {
  name: 'cluster snapshot',
  arguments: 'CLUSTER NAME',
  arity: { least: 2, most: 2 },
  summary: 'Take a snapshot of a whole cluster at one instant, memory and all',
  details: [
    'The cluster stands still meanwhile, and goes on afterwards, also if no snapshot could be taken. "ignite get clustersnapshots" lists the snapshots.',
  ],
  examples: ['ignite cluster snapshot dev ready', 'ignite cluster snapshot dev ready --remove'],
  flags: {
    ...namespaceFlags,
    remove: { type: 'boolean', help: 'remove the snapshot instead of taking one' },
    timeout: waitFlags['timeout']!,
  },
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    const [cluster = '', name = ''] = args;
    const key = clusterKey(cluster);
    if (!isDnsLabel(name))
      throw usageError(
        `not a name of a snapshot: ${JSON.stringify(name)}`,
        'use lower-case letters, digits and hyphens',
      );
    await withClusterControllers(invocation, async (host) => {
      const waiting = { ...waitingOf(host, flags), snapshots: host.client.snapshots };
      if (flags.isSet('remove')) {
        await removeClusterSnapshot(key, name, waiting);
        if (!flags.isSet('quiet')) io.out.write(`Removed snapshot "${name}" of cluster "${key.name}"\n`);
        return;
      }
      const taken = await snapshotCluster(key, name, waiting);
      printDone(taken, `Took snapshot "${name}" of cluster "${key.name}"`, invocation);
      const view = await viewCluster(host.objects, key, host.op.signal);
      if (view && !isPaused(view.cluster)) await awaitCluster(key, waiting);
      tellUnattended(host, invocation);
    });
    return 0;
  },
};
