import { awaitEtcd } from '@ignite/cluster/etcd-operations/await-etcd';
import { changeEtcd } from '@ignite/cluster/etcd-operations/change-etcd';
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
} from '../cluster/cluster-flags.ts';
import { membersFlag } from './etcd-request.ts';

export const etcdScale: Command = {
  name: 'etcd scale',
  arguments: 'ETCD',
  arity: { least: 1, most: 1 },
  summary: 'Change the number of members of an etcd cluster',
  details: ['Members join and leave one by one, and clients are served meanwhile.'],
  examples: ['ignite etcd scale db --members 3'],
  flags: { ...namespaceFlags, members: membersFlag, ...waitFlags },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const key = clusterKey(args[0]!);
    const replicas = countOf(flags, 'members');
    if (replicas === undefined) throw usageError('nothing to scale', 'give --members');
    return await withWishedCluster(invocation, async (host) => {
      const waiting = waitingOf(host, flags);
      const cluster = await changeEtcd(key, { replicas }, host.objects, host.op.signal);
      if (isWaiting(flags)) await awaitEtcd(key, waiting);
      printDone(cluster, `Scaled etcd cluster "${key.name}"`, invocation);
      tellUnattended(host, invocation);
      return 0;
    });
  },
};
