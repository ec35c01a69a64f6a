import type { ReadClient } from '@ignite/api/client/client';
import { cniNetworkResource } from '@ignite/api/v1/resources/cni-network';
import { imageResource } from '@ignite/api/v1/resources/image';
import { kernelResource } from '@ignite/api/v1/resources/kernel';
import { snapshotResource } from '@ignite/api/v1/resources/snapshot';
import { vmResource } from '@ignite/api/v1/resources/vm';
import { volumeResource } from '@ignite/api/v1/resources/volume';
import { warmPoolResource } from '@ignite/api/v1/resources/warm-pool';
import { writtenForm } from '@ignite/api/written-form';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type Resource, nounOf, resourceNamed } from '@ignite/toolkit/scheme/resource';
import { nearest } from '@ignite/toolkit/text/nearest';
import type { Command, FlagValues, Flags, Invocation } from '../../arguments/command.ts';
import { namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { withReader } from '../../context.ts';
import {
  type DocumentFormat,
  printDocument,
  printObjects,
  templateFlags,
  templateOf,
  viewContext,
} from '../../render/objects.ts';

type Find = (client: ReadClient, query: string, signal: AbortSignal) => Promise<KubeObject>;

const inspected: readonly { readonly resource: Resource; readonly find: Find }[] = [
  { resource: vmResource, find: (client, query, signal) => client.vms.find(query, signal) },
  { resource: imageResource, find: (client, query, signal) => client.images.find(query, signal) },
  { resource: kernelResource, find: (client, query, signal) => client.kernels.find(query, signal) },
  { resource: volumeResource, find: (client, query, signal) => client.volumes.find(query, signal) },
  {
    resource: snapshotResource,
    find: (client, query, signal) => client.snapshots.find(query, signal),
  },
  { resource: warmPoolResource, find: (client, query, signal) => client.pools.find(query, signal) },
  { resource: cniNetworkResource, find: (client, query, signal) => client.networks.find(query, signal) },
];

/** The kinds of the original. */
const originals: readonly Resource[] = [vmResource, imageResource, kernelResource];

const inspectFlags: Flags = {
  output: { type: 'string', short: 'o', value: 'FORMAT', default: 'json', help: 'json or yaml' },
  'api-version': {
    type: 'string',
    value: 'VERSION',
    values: ['v1', 'v1alpha4'],
    default: 'v1',
    help: 'API version to print; v1alpha4 is that of the original Ignite',
  },
  ...templateFlags,
};

export const inspect: Command = {
  name: 'inspect',
  arguments: '[vm|image|kernel|volume|snapshot|pool|network] OBJECT...',
  arity: { least: 1, most: Infinity },
  summary: 'Show detailed information on VMs, images and other objects',
  examples: [
    'ignite inspect my-vm',
    'ignite inspect image debian:12 -o yaml',
    'ignite inspect vm my-vm --api-version v1alpha4 -o json',
    "ignite inspect vm my-vm other-vm --format '{{.Name}} {{.Status.IPAddresses}}'",
  ],
  flags: { ...namespaceFlags, ...inspectFlags },
  run: async (invocation) => {
    const { flags, args, io, signal } = invocation;
    const output = flags.text('output') ?? 'json';
    if (output !== 'json' && output !== 'yaml')
      throw usageError(`unrecognized output format: ${JSON.stringify(output)}`, 'use json or yaml');
    const [kind, queries] = args.length === 1 ? ['vm', args] : [args[0]!, args.slice(1)];
    const { resource, find } = inspectedKind(kind);
    if (wantsOriginal(flags) && !originals.includes(resource))
      throw usageError(`--api-version v1alpha4: the original had no ${nounOf(resource)}`, 'omit the flag');
    await withReader(invocation, async (client) => {
      const objects: KubeObject[] = [];
      for (const query of queries) objects.push(await find(client, query, signal));
      if (templateOf(flags) !== undefined)
        await printObjects(objects, [], flags, io, () => viewContext(invocation, client));
      else await printAll(await inVersion(objects, invocation, client), output, invocation);
    });
    return 0;
  },
};

export const imageInspect: Command = {
  ...inspect,
  name: 'image inspect',
  arguments: 'IMAGE...',
  summary: 'Show detailed information on images',
  examples: ['ignite image inspect debian:12', "ignite image inspect debian --format '{{.status.digest}}'"],
  flags: inspectFlags,
  run: (invocation) => inspect.run({ ...invocation, args: ['image', ...invocation.args] }),
};

export const kernelInspect: Command = {
  ...inspect,
  name: 'kernel inspect',
  arguments: 'KERNEL...',
  summary: 'Show detailed information on kernels',
  examples: ["ignite kernel inspect linux --format '{{.status.version}}'"],
  flags: inspectFlags,
  run: (invocation) => inspect.run({ ...invocation, args: ['kernel', ...invocation.args] }),
};

const wantsOriginal = (flags: FlagValues): boolean => flags.text('api-version') === 'v1alpha4';

/** @throws CodedError USAGE_INVALID */
function inspectedKind(kind: string): (typeof inspected)[number] {
  const resources = inspected.map(({ resource }) => resource);
  const named = resourceNamed(kind, resources);
  const found = inspected.find(({ resource }) => resource === named);
  if (found) return found;
  const names = resources.map((resource) => nounOf(resource).toLowerCase());
  const meant = nearest(kind.toLowerCase(), names);
  throw usageError(
    `unrecognized kind: ${JSON.stringify(kind)}`,
    meant === undefined ? `use one of ${names.join(', ')}` : `did you mean "${meant}"?`,
  );
}

async function inVersion(
  objects: readonly KubeObject[],
  invocation: Invocation,
  client: ReadClient,
): Promise<readonly object[]> {
  if (!wantsOriginal(invocation.flags)) return objects.map(writtenForm);
  const [{ originalForm }, context] = await Promise.all([
    import('@ignite/legacy/original-form'),
    viewContext(invocation, client),
  ]);
  return objects.map((object) => originalForm(object, context));
}

async function printAll(
  documents: readonly object[],
  format: DocumentFormat,
  { io }: Invocation,
): Promise<void> {
  const [first, ...others] = documents;
  const document =
    others.length === 0 ? first : { apiVersion: 'v1', kind: 'List', items: [first, ...others] };
  await printDocument(document, format, io);
}

/** `inspect` for the group of commands of one kind, which is none of the original's. */
export function inspectOf(kind: string, examples: readonly string[]): Command {
  const { 'api-version': _, ...flags } = inspectFlags;
  const isNamespaced = inspectedKind(kind).resource.scope === 'Namespaced';
  return {
    ...inspect,
    name: `${kind} inspect`,
    arguments: `${kind.toUpperCase()}...`,
    summary: `Show detailed information on ${kind}s`,
    examples,
    flags: { ...(isNamespaced && namespaceFlags), ...flags },
    run: (invocation) => inspect.run({ ...invocation, args: [kind, ...invocation.args] }),
  };
}
