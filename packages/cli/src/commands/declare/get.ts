import { resources } from '@ignite/api/resources';
import { writtenForm } from '@ignite/api/written-form';
import type { ReadClient } from '@ignite/api/client/client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Column, Resource } from '@ignite/toolkit/scheme/resource';
import { age } from '@ignite/toolkit/text/age';
import { notFound } from '@ignite/toolkit/store/store';
import type { Command } from '../../arguments/command.ts';
import { withReader } from '../../context.ts';
import {
  assertTemplateFlags,
  documentFormatOf,
  outputFlags,
  printDocument,
  printObjects,
  viewContext,
} from '../../render/objects.ts';
import { groupKind, parseKey, parseKind } from './declared-kind.ts';

const resourceOf = ({ kind }: KubeObject): Resource | undefined =>
  resources.find((resource) => resource.kind === kind);

/** The columns of objects of several kinds, each of which says for itself how it is. */
const columns: readonly Column<KubeObject>[] = [
  { title: 'KIND', cell: ({ kind }) => kind },
  { title: 'NAME', cell: ({ metadata }) => metadata.name, flexible: true },
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
  flags: outputFlags,
  run: async (invocation) => {
    const { flags, args, io, signal } = invocation;
    assertTemplateFlags(flags);
    const [first, second] = args;
    const named = first?.includes('/') ? parseKey(first) : undefined;
    const kind = named?.kind ?? (first === undefined ? undefined : parseKind(first).kind);
    const name = named?.name ?? second;
    return await withReader(invocation, async (client) => {
      const kinds = kind === undefined ? resources.map((each) => each.kind) : [kind];
      const format = documentFormatOf(flags);
      if (name !== undefined && format !== undefined) {
        await printDocument(writtenForm(await findNamed(kinds[0]!, name, client, signal)), format, io);
        return 0;
      }
      const objects = (await Promise.all(kinds.map((each) => listKind(each, client, signal)))).flat();
      const found = name === undefined ? objects : [await findNamed(kinds[0]!, name, client, signal)];
      await printObjects(found, columns, flags, io, () => viewContext(invocation, client));
      return 0;
    });
  },
};

async function listKind(
  kind: string,
  client: ReadClient,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  if (kind === 'VM') return await client.vms.list(signal);
  if (kind === 'Volume') return await client.volumes.list(signal);
  return (await client.objects.list(groupKind(kind))).items;
}

export async function findNamed(
  kind: string,
  name: string,
  client: ReadClient,
  signal: AbortSignal,
): Promise<KubeObject> {
  if (kind === 'VM') return await client.vms.find(name, signal);
  if (kind === 'Volume') return await client.volumes.find(name, signal);
  const found = (await listKind(kind, client, signal)).find(({ metadata }) => metadata.name === name);
  if (!found) throw notFound({ ...groupKind(kind), namespace: 'default', name });
  return found;
}
