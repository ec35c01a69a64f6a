import { writtenForm } from '@ignite/api/written-form';
import type { VolumeStatus } from '@ignite/api/v1/volume';
import { isTrue } from '@ignite/toolkit/object/condition';
import type { GitSourceObject, SyncObject } from '@ignite/toolkit/sync/kinds';
import { shortRevision } from '@ignite/toolkit/sync/sync-status';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Command, Invocation } from '../../arguments/command.ts';
import { usageError } from '../../arguments/usage-error.ts';
import { type DeclaredHost, withDeclaredHost } from '../../context.ts';
import {
  type Column,
  assertTemplateFlags,
  documentFormatOf,
  outputFlags,
  printDocument,
  printObjects,
  viewContext,
} from '../../render/objects.ts';
import { age } from '../../render/text/age.ts';
import { type DeclaredKind, declaredKinds, groupKind, parseKey, parseKind } from './declared-kind.ts';

const columns: readonly Column<KubeObject>[] = [
  { title: 'KIND', cell: ({ kind }) => kind },
  { title: 'NAME', cell: ({ metadata }) => metadata.name, flexible: true },
  { title: 'READY', cell: readyOf },
  { title: 'STATUS', cell: statusOf, flexible: true },
  { title: 'AGE', cell: ({ metadata }) => age(metadata.creationTimestamp, Date.now()), leaves: 1 },
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
    const { flags, args, io } = invocation;
    assertTemplateFlags(flags);
    const [first, second] = args;
    const named = first?.includes('/') ? parseKey(first) : undefined;
    const kind = named?.kind ?? (first === undefined ? undefined : parseKind(first));
    const name = named?.name ?? second;
    return await withDeclaredHost(invocation, async (host) => {
      const kinds = kind === undefined ? declaredKinds : [kind as DeclaredKind];
      const format = documentFormatOf(flags);
      if (name !== undefined && format !== undefined) {
        await printDocument(writtenForm(await findNamed(kinds[0]!, name, host)), format, io);
        return 0;
      }
      const objects = (await Promise.all(kinds.map((each) => listKind(each, host, invocation)))).flat();
      const found = name === undefined ? objects : [await findNamed(kinds[0]!, name, host)];
      await printObjects(found, columns, flags, io, () => viewContext(invocation, host.client));
      return 0;
    });
  },
};

async function listKind(
  kind: DeclaredKind,
  { client, store }: DeclaredHost,
  { signal }: Invocation,
): Promise<readonly KubeObject[]> {
  if (kind === 'VM') return await client.vms.list(signal);
  if (kind === 'Volume') return await client.volumes.list(signal);
  return (await store.list(groupKind(kind))).items;
}

export async function findNamed(
  kind: DeclaredKind,
  name: string,
  { client, store, op }: DeclaredHost,
): Promise<KubeObject> {
  if (kind === 'VM') return await client.vms.find(name, op.signal);
  if (kind === 'Volume') return await client.volumes.find(name, op.signal);
  const object = await store.get({ ...groupKind(kind), name });
  if (object.kind !== kind)
    throw usageError(`there is no ${kind} "${name}"`, '"ignite get" lists all objects');
  return object;
}

function readyOf({ kind, status, spec }: KubeObject): string {
  if (kind === 'Sync') return isTrue((status as SyncObject['status']).conditions, 'Ready') ? 'True' : 'False';
  if (kind !== 'VM') return '';
  const { phase } = status as { readonly phase: string };
  return phase === (spec as { readonly power: string }).power ? 'True' : 'False';
}

function statusOf({ kind, status, spec }: KubeObject): string {
  if (kind === 'VM') return (status as { readonly phase: string }).phase;
  if (kind === 'Volume') return usersText((status as VolumeStatus).usedBy);
  if (kind === 'GitSource') return (spec as GitSourceObject['spec']).url;
  if (kind !== 'Sync') return '';
  const { conditions, lastAppliedRevision } = status as SyncObject['status'];
  const ready = conditions.find(({ type }) => type === 'Ready');
  return (
    ready?.message ??
    (lastAppliedRevision === undefined ? 'not synced yet' : shortRevision(lastAppliedRevision))
  );
}

const usersText = (names: readonly string[]): string =>
  names.length === 0 ? 'not used' : `used by ${names.join(', ')}`;
