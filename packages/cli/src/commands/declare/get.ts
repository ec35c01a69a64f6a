import { recordResources, resources } from '@ignite/api/resources';
import { writtenForm } from '@ignite/api/written-form';
import { shownName } from '@ignite/api/v1/shown-name';
import { withoutSecrets } from '@ignite/toolkit/core/hide-secret';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Column, Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import type { Command, Invocation } from '../../arguments/command.ts';
import { type DeclaredHost, withDeclaredHost } from '../../context.ts';
import {
  assertTemplateFlags,
  documentFormatOf,
  outputFlags,
  printDocument,
  printObjects,
  viewContext,
} from '../../render/objects.ts';
import { apiResource, parseKey, parseKind } from './declared-kind.ts';

const resourceOf = ({ kind }: KubeObject): Resource | undefined =>
  [...resources, ...recordResources].find((resource) => resource.kind === kind);

/** The columns of objects of several kinds, each of which says for itself how it is. */
const columns: readonly Column<KubeObject>[] = [
  { title: 'KIND', cell: ({ kind }) => kind },
  { title: 'NAME', cell: shownName, flexible: true },
  { title: 'READY', cell: (object) => resourceOf(object)?.readiness?.(object) ?? '' },
  { title: 'STATUS', cell: (object) => resourceOf(object)?.summary?.(object) ?? '', flexible: true },
  { title: 'AGE', cell: ({ metadata }, nowMs) => age(metadata.creationTimestamp, nowMs), leaves: 1 },
  { title: 'UID', cell: ({ metadata }) => metadata.uid, wide: true },
];

export const get: Command = {
  name: 'get',
  arguments: '[KIND [OBJECT]]',
  arity: { least: 0, most: 2 },
  summary: 'List objects of one kind, or of all kinds',
  examples: ['ignite get', 'ignite get vms', 'ignite get sync site -o yaml', 'ignite get vm/web -o yaml'],
  flags: {
    ...outputFlags,
    'show-secrets': { type: 'boolean', help: 'show the values of Secrets, which are hidden otherwise' },
  },
  run: async (invocation) => {
    const { flags, args, io } = invocation;
    assertTemplateFlags(flags);
    const [first, second] = args;
    const named = first?.includes('/') ? parseKey(first) : undefined;
    const kind = named?.kind ?? (first === undefined ? undefined : parseKind(first).kind);
    const name = named?.name ?? second;
    return await withDeclaredHost(invocation, async (host) => {
      const kinds = kind === undefined ? resources.map((each) => each.kind) : [kind];
      const format = documentFormatOf(flags);
      const shown = flags.isSet('show-secrets') ? (object: KubeObject) => object : withoutSecrets;
      if (name !== undefined && format !== undefined) {
        await printDocument(writtenForm(shown(await findNamed(kinds[0]!, name, host))), format, io);
        return 0;
      }
      const objects = (await Promise.all(kinds.map((each) => listKind(each, host, invocation)))).flat();
      const found = name === undefined ? objects : [await findNamed(kinds[0]!, name, host)];
      await printObjects(found.map(shown), columns, flags, io, () => viewContext(invocation, host.client));
      return 0;
    });
  },
};

async function listKind(
  kind: string,
  { client, objects }: DeclaredHost,
  { signal }: Invocation,
): Promise<readonly KubeObject[]> {
  if (kind === 'VM') return await client.vms.list(signal);
  if (kind === 'Volume') return await client.volumes.list(signal);
  if (kind === 'Host') return await client.hosts.list(signal);
  if (kind === 'Image') return await client.images.list(signal);
  if (kind === 'Kernel') return await client.kernels.list(signal);
  return (await objects.list(apiResource(kind), { signal })).items;
}

export async function findNamed(
  kind: string,
  name: string,
  { client, objects, op }: DeclaredHost,
): Promise<KubeObject> {
  if (kind === 'VM') return await client.vms.find(name, op.signal);
  if (kind === 'Volume') return await client.volumes.find(name, op.signal);
  if (kind === 'Host') return await client.hosts.find(name, op.signal);
  if (kind === 'Image') return await client.images.find(name, op.signal);
  if (kind === 'Kernel') return await client.kernels.find(name, op.signal);
  const { scope, ...resource } = apiResource(kind);
  const namespace = scope === 'Namespaced' ? 'default' : '';
  return await objects.get({ ...resource, namespace, name }, { signal: op.signal });
}
