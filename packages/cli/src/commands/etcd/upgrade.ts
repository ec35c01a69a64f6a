import { awaitEtcd } from '@ignite/cluster/etcd-operations/await-etcd';
import { changeEtcd } from '@ignite/cluster/etcd-operations/change-etcd';
import { findEtcd } from '@ignite/cluster/etcd-operations/find-etcd';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { printDone } from '../../render/message/done.ts';
import {
  clusterKey,
  isWaiting,
  tellUnattended,
  waitFlags,
  waitingOf,
  withWishedCluster,
} from '../cluster/cluster-flags.ts';
import { assertEtcdImage } from './assert-etcd-image.ts';
import { etcdVersionOf, versionFlag } from './etcd-request.ts';

export const etcdUpgrade: Command = {
  name: 'etcd upgrade',
  arguments: 'ETCD',
  arity: { least: 1, most: 1 },
  summary: 'Upgrade an etcd cluster to another version, one member after the other',
  details: ['It goes forward by one minor version at a time, and never back.'],
  examples: ['ignite etcd upgrade db --version 3.6.6'],
  flags: {
    ...namespaceFlags,
    version: versionFlag,
    image: { type: 'string', value: 'IMAGE', default: 'that of the version', help: 'image of the members' },
    ...waitFlags,
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const key = clusterKey(args[0]!);
    const version = etcdVersionOf(flags);
    if (version === undefined)
      throw usageError('no version given', 'give --version, such as --version 3.6.6');
    const image = flags.text('image');
    return await withWishedCluster(invocation, async (host) => {
      const waiting = waitingOf(host, flags);
      await findEtcd(host.objects, key, host.op.signal);
      const upgrade = { version, ...(image !== undefined && { image }) };
      await assertEtcdImage(upgrade, host.client, host.op.signal);
      const cluster = await changeEtcd(key, { version, image }, host.objects, host.op.signal);
      if (isWaiting(flags)) await awaitEtcd(key, waiting);
      printDone(cluster, `Upgraded etcd cluster "${key.name}" to ${version}`, invocation);
      tellUnattended(host, invocation);
      return 0;
    });
  },
};
