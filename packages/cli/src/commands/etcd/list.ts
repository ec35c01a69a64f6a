import { etcdClusterKind } from '@ignite/cluster/kinds/object-kinds';
import { etcdClusterResource } from '@ignite/cluster/kinds/resources';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { Command } from '../../arguments/command.ts';
import { inNamespace, listNamespaceFlags } from '../../arguments/namespace.ts';
import { withClusters } from '../../cluster-context.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import { assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';

export const etcdList: Command = {
  name: 'etcd ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List etcd clusters',
  examples: ['ignite etcd ls', 'ignite etcd ls -A -o wide'],
  flags: { ...listNamespaceFlags, ...outputFlags },
  run: async (invocation) => {
    const { flags, namespace, io } = invocation;
    assertTemplateFlags(flags);
    const columns = namespaceColumns(etcdClusterResource.columns, invocation);
    await withClusters(invocation, async ({ objects, op: { signal } }) => {
      const { items } = await new KindClient(objects, etcdClusterKind).list({ signal });
      await printObjects(inNamespace(items, namespace), columns, flags, io);
    });
    return 0;
  },
};
