import { deleteCluster } from '@ignite/cluster/operations/delete-cluster';
import { removeLeftParts } from '@ignite/cluster/operations/snapshot-cluster';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusterControllers } from '../../cluster-context.ts';
import { removeContext, userKubeconfigPath } from '../../files/user-kubeconfig.ts';
import { tellNote } from '../../render/message/note.ts';
import { clusterKey, waitFlags, waitingOf } from './cluster-flags.ts';

export const clusterDelete: Command = {
  name: 'cluster delete',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Delete a cluster with its machines, and wait until all of it is gone',
  details: [
    'The workers go first, then the control plane. What was not finished because of a time limit goes on when the command is run again. The context of the cluster is taken out of your kubeconfig.',
  ],
  examples: ['ignite cluster delete dev'],
  flags: { ...namespaceFlags, timeout: waitFlags['timeout']! },
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    const key = clusterKey(args[0]!);
    await withClusterControllers(invocation, async (host) => {
      const waiting = { ...waitingOf(host, flags), snapshots: host.client.snapshots };
      try {
        await deleteCluster(key, waiting);
      } catch (failure) {
        if (hasCode(failure, 'CLUSTER_NOT_FOUND')) await removeLeftParts(key, waiting);
        throw failure;
      }
      await removeLeftParts(key, waiting);
    });
    const { namespace, name } = key;
    const path = userKubeconfigPath(io.env);
    try {
      await removeContext(path, { context: name, cluster: `${namespace}/${name}` });
    } catch (failure) {
      tellNote(
        `the cluster is gone, but ${path} may still have its context "${name}": ${errorText(failure)}`,
        invocation,
      );
    }
    if (!flags.isSet('quiet')) io.out.write(`Deleted cluster "${name}"\n`);
    return 0;
  },
};
