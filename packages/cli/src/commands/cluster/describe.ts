import { writtenForm } from '@ignite/api/written-form';
import { clusterTree } from '@ignite/cluster/operations/cluster-tree';
import type { ClusterView } from '@ignite/cluster/operations/cluster-view';
import { findCluster } from '@ignite/cluster/operations/find-cluster';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusters } from '../../cluster-context.ts';
import { documentFlag, documentFormatOf, printDocument } from '../../render/objects.ts';
import { clusterKey } from './cluster-flags.ts';
import { printTree } from './print-tree.ts';

export const clusterDescribe: Command = {
  name: 'cluster describe',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Show a cluster with its parts as a tree, and what each of them lacks',
  examples: ['ignite cluster describe dev', 'ignite cluster describe dev -o yaml'],
  flags: {
    ...namespaceFlags,
    output: documentFlag,
    'no-trunc': { type: 'boolean', help: 'do not truncate output' },
  },
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    const key = clusterKey(args[0]!);
    const view = await withClusters(invocation, async ({ objects, op: { signal } }) =>
      findCluster(objects, key, signal),
    );
    const format = documentFormatOf(flags);
    if (format !== undefined) {
      await printDocument(
        { apiVersion: 'v1', kind: 'List', items: objectsOf(view).map(writtenForm) },
        format,
        io,
      );
      return 0;
    }
    printTree(clusterTree(view), flags, io);
    return 0;
  },
};

const objectsOf = ({ cluster, infrastructure, controlPlane, deployments, pools, machines }: ClusterView) => [
  cluster,
  ...[infrastructure, controlPlane].filter((each) => each !== undefined),
  ...deployments,
  ...pools,
  ...machines,
];
