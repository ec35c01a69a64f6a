import { clusterKind } from '@ignite/cluster/kinds/object-kinds';
import { clusterNotFound } from '@ignite/cluster/operations/find-cluster';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Command, Invocation } from '../../arguments/command.ts';
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
  run: async (invocation) => await setPaused(invocation, true),
};

export const clusterResume: Command = {
  name: 'cluster resume',
  arguments: 'CLUSTER',
  arity: { least: 1, most: 1 },
  summary: 'Care for a cluster again that was paused',
  examples: ['ignite cluster resume prod'],
  flags: namespaceFlags,
  run: async (invocation) => await setPaused(invocation, false),
};

async function setPaused(invocation: Invocation, paused: boolean): Promise<number> {
  const key = clusterKey(invocation.args[0]!);
  const cluster = await withClusters(invocation, async ({ objects, op: { signal } }) => {
    try {
      return await new KindClient(objects, clusterKind).modify(
        key,
        (now) => ((now.spec.paused ?? false) === paused ? now : { ...now, spec: { ...now.spec, paused } }),
        { signal },
      );
    } catch (failure) {
      throw hasCode(failure, 'NOT_FOUND') ? clusterNotFound(key) : failure;
    }
  });
  printDone(cluster, `${paused ? 'Paused' : 'Resumed'} cluster "${key.name}"`, invocation);
  return 0;
}
