import { writtenForm } from '@ignite/api/written-form';
import { etcdTree } from '@ignite/cluster/etcd-operations/etcd-tree';
import { viewEtcd } from '@ignite/cluster/etcd-operations/find-etcd';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusters } from '../../cluster-context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { clusterKey } from '../cluster/cluster-flags.ts';
import { printTree } from '../cluster/print-tree.ts';

export const etcdDescribe: Command = {
  name: 'etcd describe',
  arguments: 'ETCD',
  arity: { least: 1, most: 1 },
  summary: 'Show an etcd cluster with its members as a tree, and what each of them lacks',
  examples: ['ignite etcd describe db', 'ignite etcd describe db -o yaml'],
  flags: {
    ...namespaceFlags,
    output: documentFlag,
    'no-trunc': { type: 'boolean', help: 'do not truncate output' },
  },
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    const key = clusterKey(args[0]!);
    const view = await withClusters(invocation, async ({ objects, op: { signal } }) =>
      viewEtcd(objects, key, signal),
    );
    const format = documentFormatOf(flags);
    if (format === undefined) printTree(etcdTree(view), flags, io);
    else {
      const items = [view.cluster, ...view.vms].map(writtenForm);
      await printDocument({ apiVersion: 'v1', kind: 'List', items }, format, io);
    }
    return 0;
  },
};
