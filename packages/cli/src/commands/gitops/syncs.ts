import { syncKind } from '@ignite/toolkit/sync/object-kinds';
import type { SyncObject, SyncSpec } from '@ignite/toolkit/sync/kinds';
import { fullName, fullNames } from '@ignite/api/v1/shown-name';
import type { StoreReader } from '@ignite/toolkit/store/store';
import { syncsOf } from '@ignite/toolkit/sync/sync-clients';
import type { Invocation } from '../../arguments/command.ts';
import { inNamespace, namespaceFlags } from '../../arguments/namespace.ts';
import { usageError } from '../../arguments/usage-error.ts';
import type { DeclaredHost } from '../../context.ts';

export const syncOperand = {
  arguments: '[SYNC]',
  arity: { least: 0, most: 1 },
  flags: namespaceFlags,
} as const;

export const listSyncs = async (objects: StoreReader, signal: AbortSignal): Promise<readonly SyncObject[]> =>
  (await objects.list(syncKind, {}, { signal })).items.map(syncKind.decode);

/** The Sync that the first argument names, or the only one. @throws CodedError USAGE_INVALID */
export async function findSync(
  objects: StoreReader,
  { args: [name], namespace, signal }: Pick<Invocation, 'args' | 'namespace' | 'signal'>,
): Promise<SyncObject> {
  const syncs = await listSyncs(objects, signal);
  const found =
    name === undefined
      ? inNamespace(syncs, namespace)
      : syncs.filter((sync) => sync.metadata.name === name || fullNames(sync).includes(name));
  if (found.length === 1) return found[0]!;
  const names = syncs.map(fullName).join(', ');
  if (syncs.length === 0) throw usageError('there is no Sync', '"ignite gitops REPO" creates one');
  throw usageError(
    found.length > 1 ? 'there is more than one Sync' : `there is no Sync "${name ?? namespace}"`,
    `choose one of ${names}`,
  );
}

export interface Alteration {
  readonly spec?: { readonly [K in keyof SyncSpec]?: SyncSpec[K] | undefined };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Changes the Sync as it is now, whoever else writes meanwhile. */
export async function changeSync(
  { client, op: { signal } }: DeclaredHost,
  { metadata }: SyncObject,
  alteration: (sync: SyncObject) => Alteration,
): Promise<SyncObject> {
  const altered = (now: SyncObject): SyncObject => {
    const { spec, annotations } = alteration(now);
    const metadata = { ...now.metadata, annotations: { ...now.metadata.annotations, ...annotations } };
    return { ...now, metadata, spec: { ...now.spec, ...spec } as SyncSpec };
  };
  return await syncsOf(client.objects).modify(metadata, altered, { signal });
}
