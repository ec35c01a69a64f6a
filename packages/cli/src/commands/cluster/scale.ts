import { awaitCluster } from '@ignite/cluster/operations/await-cluster';
import { assertNotPaused, findCluster } from '@ignite/cluster/operations/find-cluster';
import { scaleCluster } from '@ignite/cluster/operations/scale-cluster';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { printDone } from '../../render/message/done.ts';
import {
  clusterKey,
  countOf,
  isWaiting,
  tellUnattended,
  waitFlags,
  waitingOf,
  withWishedCluster,
} from './cluster-flags.ts';

export const clusterScale: Command = {
  name: 'cluster scale',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Change the number of workers of a cluster, or the size of its control plane',
  examples: ['ignite cluster scale dev --workers 5', 'ignite cluster scale prod --control-planes 3'],
  flags: {
    ...namespaceFlags,
    workers: { type: 'string', value: 'COUNT', help: 'number of workers' },
    'control-planes': { type: 'string', value: 'COUNT', help: 'size of the control plane, an odd number' },
    ...waitFlags,
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const key = clusterKey(args[0]!);
    const [workers, controlPlanes] = [countOf(flags, 'workers'), countOf(flags, 'control-planes')];
    if (workers === undefined && controlPlanes === undefined)
      throw usageError('nothing to scale', 'give --workers or --control-planes');
    return await withWishedCluster(invocation, async (host) => {
      const { objects, op } = host;
      const waiting = waitingOf(host, flags);
      const view = await findCluster(objects, key, op.signal);
      assertNotPaused(view);
      const size = {
        ...(workers !== undefined && { workers }),
        ...(controlPlanes !== undefined && { controlPlanes }),
      };
      await scaleCluster(view, size, objects, op.signal);
      if (isWaiting(flags)) await awaitCluster(key, waiting);
      printDone(view.cluster, `Scaled cluster "${key.name}"`, invocation);
      tellUnattended(host, invocation);
      return 0;
    });
  },
};
