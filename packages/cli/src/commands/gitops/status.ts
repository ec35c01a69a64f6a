import type { Vm } from '@ignite/api/v1/vm';
import { fullName } from '@ignite/api/v1/shown-name';
import type { SyncObject } from '@ignite/toolkit/sync/kinds';
import { keyText } from '@ignite/toolkit/object/object-key';
import { ownerOf } from '@ignite/toolkit/apply/plan-apply';
import { syncResource } from '@ignite/toolkit/sync/resources';
import type { Command } from '../../arguments/command.ts';
import { inNamespace, listNamespaceFlags } from '../../arguments/namespace.ts';
import { withReader } from '../../context.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import { asksForTable, assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';
import { fieldLines } from '../../render/plan.ts';
import { printable } from '@ignite/toolkit/text/printable';
import { table } from '../../render/text/table.ts';
import { findSync, listSyncs, syncOperand } from './syncs.ts';

export const status: Command = {
  name: 'gitops status',
  ...syncOperand,
  summary: 'Show the status of syncs, and how objects differ from the source',
  examples: ['ignite gitops status', 'ignite gitops status site', 'ignite gitops status -o json'],
  flags: { ...listNamespaceFlags, ...outputFlags },
  run: async (invocation) => {
    const { flags, args, namespace, io } = invocation;
    assertTemplateFlags(flags);
    return await withReader(invocation, async (client) => {
      const syncs =
        args.length === 0
          ? inNamespace(await listSyncs(client.stored, invocation.signal), namespace)
          : [await findSync(client.stored, invocation)];
      await printObjects(syncs, namespaceColumns(syncResource.columns, invocation), flags, io);
      if (!asksForTable(flags)) return 0;
      for (const sync of syncs) io.out.write(details(sync));
      if (args.length === 0)
        io.out.write(orphans(inNamespace(await client.vms.list(invocation.signal), namespace)));
      return 0;
    });
  },
};

/** VMs that were created by hand and do not belong to a Sync. */
function orphans(vms: readonly Vm[]): string {
  const names = vms.filter((vm) => ownerOf(vm) === undefined).map(fullName);
  return names.length === 0 ? '' : `\nVMs that no Sync owns: ${names.join(', ')}\n`;
}

/** The state of each object, with differences and problems. */
function details({ metadata, status: { objects, problems } }: SyncObject): string {
  if (objects.length === 0 && problems.length === 0) return '';
  const rows = objects.map((object) => [keyText(object), object.state, object.health, object.message ?? '']);
  const differences = objects.flatMap((object) =>
    object.changes ? [`${keyText(object)}: observed → desired`, ...fieldLines(object.changes)] : [],
  );
  const broken = problems.map(({ message }) => printable(`! ${message}`));
  return [
    `\n${metadata.name}:\n`,
    rows.length === 0 ? '' : table(['OBJECT', 'STATE', 'HEALTH', 'MESSAGE'], rows),
    ...[...differences, ...broken].map((line) => `${line}\n`),
  ].join('');
}
