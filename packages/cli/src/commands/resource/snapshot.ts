import { snapshotResource } from '@ignite/api/v1/resources/snapshot';
import type { Snapshot } from '@ignite/api/v1/snapshot';
import { bytes, humanBytes } from '@ignite/toolkit/units/bytes';
import type { Command } from '../../arguments/command.ts';
import { labelsOf } from '../../arguments/labels.ts';
import { inNamespace, listNamespaceFlags, namespaceFlags } from '../../arguments/namespace.ts';
import { withClient, withReader } from '../../context.ts';
import { printDone } from '../../render/message/done.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import { assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';
import { inspectOf } from '../objects/inspect.ts';
import { removeObjects } from '../objects/remove-objects.ts';

export const snapshots: Command = {
  name: 'snapshot ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List snapshots',
  examples: ['ignite snapshot ls'],
  flags: { ...listNamespaceFlags, ...outputFlags },
  run: async (invocation) => {
    assertTemplateFlags(invocation.flags);
    const { flags, namespace, io, signal } = invocation;
    const columns = namespaceColumns(snapshotResource.columns, invocation);
    await withReader(invocation, async (client) =>
      printObjects(inNamespace(await client.snapshots.list(signal), namespace), columns, flags, io),
    );
    return 0;
  },
};

export const snapshotCreate: Command = {
  name: 'snapshot create',
  arguments: 'VM [NAME]',
  arity: { least: 1, most: 2 },
  summary: 'Take a snapshot of a VM, which goes on afterwards',
  details: [
    'The snapshot of a running VM holds its memory and its disk at the same instant. A VM with volumes has no snapshots.',
  ],
  examples: ['ignite snapshot create web before-upgrade', 'ignite snapshot create web --disk-only'],
  flags: {
    ...namespaceFlags,
    'disk-only': { type: 'boolean', help: 'leave the memory of a running VM out' },
    label: { type: 'list', short: 'l', value: 'KEY=VALUE', help: 'key/value label' },
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const [vm = '', name] = args;
    const request = {
      ...(name !== undefined && { name }),
      labels: labelsOf(flags, 'label'),
      diskOnly: flags.isSet('disk-only'),
    };
    const taken = await withClient(invocation, (client, op) => client.snapshots.create(vm, request, op));
    printDone(taken, takenText(taken), invocation);
    return 0;
  },
};

export const snapshotRestore: Command = {
  name: 'snapshot restore',
  arguments: 'SNAPSHOT',
  arity: { least: 1, most: 1 },
  summary: 'Bring the VM of a snapshot back to it, as "ignite rollback" does',
  examples: ['ignite snapshot restore before-upgrade'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const [query = ''] = invocation.args;
    const vm = await withClient(invocation, async (client, op) => {
      const { metadata, status } = await client.snapshots.find(query, op.signal);
      return await client.snapshots.rollback(status.vmUid, metadata.uid, op);
    });
    printDone(vm, `Brought VM "${vm.metadata.name}" back to snapshot "${query}"`, invocation);
    return 0;
  },
};

export const snapshotRemove: Command = {
  name: 'snapshot rm',
  arguments: 'SNAPSHOT...',
  arity: { least: 1, most: Infinity },
  summary: 'Remove snapshots; the VMs that were made from them stay',
  examples: ['ignite snapshot rm before-upgrade'],
  flags: namespaceFlags,
  run: async (invocation) => await removeObjects(invocation, 'Snapshot', (client) => client.snapshots),
};

export const snapshotInspect = inspectOf('snapshot', [
  'ignite snapshot inspect before-upgrade',
  "ignite snapshot inspect before-upgrade --format '{{.status.holds}}'",
]);

function takenText({ metadata: { name, uid }, spec: { vmName }, status }: Snapshot): string {
  const { holds, message, size } = status;
  const what = holds === 'Machine' ? 'memory and disk' : 'the disk';
  const text = `Took snapshot "${name}" of VM "${vmName}": ${what}, ${humanBytes(bytes(size))}, with ID "${uid}"`;
  if (message === undefined) return text;
  return holds === 'Machine'
    ? `${text}\nOnly the VM itself can go on from its memory: ${message}`
    : `${text}\nIts memory is not in it: ${message}`;
}
