import { snapshotResource } from '@ignite/api/v1/resources/snapshot';
import { isTemplate } from '@ignite/api/v1/template';
import type { Command } from '../../arguments/command.ts';
import { inNamespace, listNamespaceFlags, namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withClient, withReader } from '../../context.ts';
import { printDone } from '../../render/message/done.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import { assertTemplateFlags, outputFlags, printObjects } from '../../render/objects.ts';
import { removeObjects } from '../objects/remove-objects.ts';
import { createFlags, createRequest } from './run.ts';

const { cpus, memory, size, arch, vmm, network } = createFlags;

export const warm: Command = {
  name: 'warm',
  arguments: '[IMAGE]',
  arity: { least: 0, most: 1 },
  summary: 'Make a template, from which "ignite run" starts VMs of an image',
  details: [
    'Boots a VM that nobody uses, keeps its memory and its disk, and removes it. A VM starts from it if its image, kernel, CPUs, memory and disk size are the same. It has nothing of any other VM: keys, files, host name and addresses come with the start.',
    'When a template is made, those that are older than 30 days go, and all but the newest 8. "ignite prune" removes them all.',
  ],
  examples: ['ignite warm debian:12 --cpus 2 --memory 1GB', 'ignite warm --like web'],
  flags: {
    ...namespaceFlags,
    like: {
      type: 'string',
      value: 'VM',
      help: 'a VM whose image, kernel and machine the template is to have',
    },
    background: {
      type: 'boolean',
      help: 'with --like: as "run" does it, only if the host has memory and disk to spare and makes no other template; "inspect" of that VM says why there is none',
    },
    ...Object.fromEntries(
      Object.entries({ cpus, memory, size, arch, vmm, network }).flatMap(([name, flag]) =>
        flag ? [[name, flag]] : [],
      ),
    ),
    'kernel-image': createFlags['kernel-image']!,
    'kernel-args': createFlags['kernel-args']!,
  },
  run: async (invocation) => {
    const { flags, args } = invocation;
    const like = flags.text('like');
    if ((like === undefined) === (args.length === 0))
      throw usageError(
        'warm: neither an image nor a VM is given, or both',
        'name an image, or a VM with --like',
      );
    const inBackground = flags.isSet('background');
    if (inBackground && like === undefined)
      throw usageError('--background: there is no VM that needs the template', 'name one with --like');
    const template = await withClient(invocation, async (client, op) => {
      if (like === undefined) {
        const { namespace, spec } = await createRequest(invocation);
        return await client.snapshots.warm({ ...(namespace !== undefined && { namespace }), spec }, op);
      }
      const { metadata, spec } = await client.vms.find(like, op.signal);
      const request = { namespace: metadata.namespace, spec };
      return await client.snapshots.warm({ ...request, ...(inBackground && { bootedVm: metadata.uid }) }, op);
    });
    const { name, uid } = template.metadata;
    printDone(template, `Template "${name}" with ID "${uid}" is ready`, invocation);
    return 0;
  },
};

export const templates: Command = {
  name: 'warm ls',
  arguments: '',
  arity: { least: 0, most: 0 },
  summary: 'List templates',
  examples: ['ignite warm ls'],
  flags: { ...listNamespaceFlags, ...outputFlags },
  run: async (invocation) => {
    assertTemplateFlags(invocation.flags);
    const { flags, namespace, io, signal } = invocation;
    const columns = namespaceColumns(snapshotResource.columns, invocation);
    await withReader(invocation, async (client) => {
      const found = (await client.snapshots.list(signal)).filter(isTemplate);
      await printObjects(inNamespace(found, namespace), columns, flags, io);
    });
    return 0;
  },
};

export const templateRemove: Command = {
  name: 'warm rm',
  arguments: 'SNAPSHOT...',
  arity: { least: 1, most: Infinity },
  summary: 'Remove templates',
  examples: ['ignite warm rm template-0a1b2c3d'],
  flags: namespaceFlags,
  run: async (invocation) =>
    await removeObjects(invocation, 'Snapshot', ({ snapshots }) => ({
      find: async (query, signal) => {
        const found = await snapshots.find(query, signal);
        if (isTemplate(found)) return found;
        throw usageError(
          `snapshot "${found.metadata.name}" is no template`,
          'use "ignite snapshot rm" to remove it',
        );
      },
      remove: snapshots.remove.bind(snapshots),
    })),
};
