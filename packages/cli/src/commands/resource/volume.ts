import { volumeResource } from '@ignite/api/v1/resources/volume';
import type { Volume } from '@ignite/api/v1/volume';
import { humanBytes } from '@ignite/toolkit/units/bytes';
import type { Command } from '../../arguments/command.ts';
import { labelsOf } from '../../arguments/labels.ts';
import { inNamespace, listNamespaceFlags, namespaceFlags } from '../../arguments/namespace.ts';
import { withClient, withReader } from '../../context.ts';
import { printDone } from '../../render/message/done.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import { assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';
import { inspectOf } from '../objects/inspect.ts';
import { removeObjects } from '../objects/remove-objects.ts';

export const volumes: Command = {
  name: 'volume ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List volumes and the VMs that use them',
  examples: ['ignite volume ls', 'ignite volume ls -o wide'],
  flags: { ...listNamespaceFlags, ...outputFlags },
  run: async (invocation) => {
    assertTemplateFlags(invocation.flags);
    const { flags, namespace, io, signal } = invocation;
    const columns = namespaceColumns(volumeResource.columns, invocation);
    await withReader(invocation, async (client) =>
      printObjects(inNamespace(await client.volumes.list(signal), namespace), columns, flags, io),
    );
    return 0;
  },
};

export const volumeCreate: Command = {
  name: 'volume create',
  arguments: 'NAME',
  arity: { least: 1, most: 1 },
  summary: 'Create an empty volume, which outlives the VMs that use it',
  examples: ['ignite volume create data', 'ignite volume create data --size 2GB'],
  flags: {
    ...namespaceFlags,
    size: { type: 'string', short: 's', value: 'SIZE', default: '10GB', help: 'volume size (base 1024)' },
    label: { type: 'list', short: 'l', value: 'KEY=VALUE', help: 'key/value label' },
  },
  run: async (invocation) => {
    const { flags, args, namespace } = invocation;
    const size = flags.text('size');
    const request = {
      ...(namespace !== undefined && { namespace }),
      name: args[0]!,
      labels: labelsOf(flags, 'label'),
      spec: size === undefined ? {} : { size },
    };
    const created = await withClient(invocation, (client, op) => client.volumes.create(request, op));
    printDone(created, doneText('Created', created), invocation);
    return 0;
  },
};

export const volumeResize: Command = {
  name: 'volume resize',
  arguments: 'VOLUME SIZE',
  arity: { least: 2, most: 2 },
  summary: 'Grow a volume; VMs see the new size when they are next started',
  examples: ['ignite volume resize data 20GB'],
  flags: namespaceFlags,
  run: async (invocation) => {
    const [query = '', size = ''] = invocation.args;
    const resized = await withClient(invocation, (client, op) => client.volumes.resize(query, size, op));
    printDone(resized, doneText('Resized', resized), invocation);
    return 0;
  },
};

export const volumeRemove: Command = {
  name: 'volume rm',
  arguments: 'VOLUME...',
  arity: { least: 1, most: Infinity },
  summary: 'Remove volumes and their contents',
  examples: ['ignite volume rm data'],
  flags: {
    ...namespaceFlags,
    force: { type: 'boolean', short: 'f', help: 'also remove volumes that stopped VMs use' },
  },
  run: async (invocation) => await removeObjects(invocation, 'Volume', (client) => client.volumes),
};

export const volumeInspect = inspectOf('volume', [
  'ignite volume inspect data',
  "ignite volume inspect data --format '{{.status.usedBy}}'",
]);

const doneText = (verb: string, { metadata: { uid, name }, spec }: Volume): string =>
  `${verb} volume "${name}" of ${humanBytes(spec.size)} with ID "${uid}"`;
