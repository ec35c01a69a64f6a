import { findCluster } from '@ignite/cluster/operations/find-cluster';
import { readClusterKubeconfig } from '@ignite/cluster/operations/read-kubeconfig';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusters } from '../../cluster-context.ts';
import { clusterKey } from './cluster-flags.ts';

export const clusterKubeconfig: Command = {
  name: 'cluster kubeconfig',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Print the kubeconfig of the administrator of a cluster',
  examples: [
    'ignite cluster kubeconfig dev > dev.kubeconfig',
    'kubectl --kubeconfig dev.kubeconfig get nodes',
  ],
  flags: namespaceFlags,
  run: async (invocation) => {
    const key = clusterKey(invocation.args[0]!);
    const text = await withClusters(invocation, async ({ objects, op: { signal } }) => {
      await findCluster(objects, key, signal);
      return await readClusterKubeconfig(key, objects, signal);
    });
    invocation.io.out.write(text);
    return 0;
  },
};
