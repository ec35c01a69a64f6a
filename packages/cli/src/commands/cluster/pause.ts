import { clusterKind } from '@ignite/cluster/kinds/object-kinds';
import { clusterNotFound } from '@ignite/cluster/operations/find-cluster';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Command } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { withClusters } from '../../cluster-context.ts';
import { printDone } from '../../render/message/done.ts';
import { clusterKey } from './cluster-flags.ts';

export const clusterPause: Command = {
  name: 'cluster pause',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Leave a cluster alone: nothing in it is changed, repaired or deleted',
  details: ['Its machines go on running.'],
  examples: ['ignite cluster pause prod'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const key = clusterKey(invocation.args[0]!);
    const cluster = await withClusters(invocation, async ({ objects, op: { signal } }) => {
      try {
        return await new KindClient(objects, clusterKind).modify(
          key,
          (now) => (now.spec.paused ? now : { ...now, spec: { ...now.spec, paused: true } }),
          { signal },
        );
      } catch (failure) {
        throw hasCode(failure, 'NOT_FOUND') ? clusterNotFound(key) : failure;
      }
    });
    printDone(cluster, `Paused cluster "${key.name}"`, invocation);
    return 0;
  },
};
