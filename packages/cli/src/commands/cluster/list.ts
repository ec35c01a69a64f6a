import { clusterKind } from '@ignite/cluster/kinds/object-kinds';
import { clusterResource } from '@ignite/cluster/kinds/resources';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { Command } from '../../arguments/command.ts';
import { inNamespace, listNamespaceFlags } from '../../arguments/namespace.ts';
import { withClusters } from '../../cluster-context.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import { assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';

export const clusterList: Command = {
  name: 'cluster ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List Kubernetes clusters',
  examples: ['ignite cluster ls', 'ignite cluster ls -A -o wide'],
  flags: { ...listNamespaceFlags, ...outputFlags },
  run: async (invocation) => {
    const { flags, namespace, io } = invocation;
    assertTemplateFlags(flags);
    const columns = namespaceColumns(clusterResource.columns, invocation);
    await withClusters(invocation, async ({ objects, op: { signal } }) => {
      const { items } = await new KindClient(objects, clusterKind).list({ signal });
      await printObjects(inNamespace(items, namespace), columns, flags, io);
    });
    return 0;
  },
};
