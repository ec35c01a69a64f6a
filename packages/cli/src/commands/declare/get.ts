import { resources } from '@ignite/api/resources';
import { writtenForm } from '@ignite/api/written-form';
import type { Client, ReadClient } from '@ignite/api/client/client';
import { clusterResource, machineDeploymentResource, machineResource } from '@ignite/cluster/kinds/resources';
import { fullName, fullNames } from '@ignite/api/v1/shown-name';
import { withoutSecrets } from '@ignite/toolkit/core/hide-secret';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Column, Resource } from '@ignite/toolkit/scheme/resource';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { notFound } from '@ignite/toolkit/store/store';
import { age } from '@ignite/toolkit/text/age';
import type { Command } from '../../arguments/command.ts';
import { inNamespace, listNamespaceFlags } from '../../arguments/namespace.ts';
import { allKinds } from '../../arguments/listed-kinds.ts';
import { isForOtherHost, withClient, withReader } from '../../context.ts';
import { namespaceColumns } from '../../render/namespace-columns.ts';
import {
  assertTemplateFlags,
  documentFormatOf,
  outputFlags,
  printDocument,
  printObjects,
  viewContext,
} from '../../render/objects.ts';
import { apiResource, groupKind, isOfClusters, parseKey, parseKind } from './declared-kind.ts';

const resourceOf = ({ kind }: KubeObject): Resource | undefined =>
  allKinds.find((resource) => resource.kind === kind);

/** What is listed where no kind is named. Of a cluster, that is what people look at first. */
const overview: readonly Resource[] = [
  ...resources,
  clusterResource,
  machineDeploymentResource,
  machineResource,
];

/** The columns of objects of several kinds, each of which says for itself how it is. */
const columns: readonly Column<KubeObject>[] = [
  { title: 'KIND', cell: ({ kind }) => kind },
  { title: 'NAME', cell: fullName, flexible: true },
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
  examples: [
    'ignite get',
    'ignite get vms -n prod',
    'ignite get -A',
    'ignite get sync site -o yaml',
    'ignite get vm/web -o yaml',
  ],
  flags: {
    ...listNamespaceFlags,
    ...outputFlags,
    'show-secrets': { type: 'boolean', help: 'show the values of Secrets, which are hidden otherwise' },
  },
  run: async (invocation) => {
    const { flags, args, namespace, io, signal } = invocation;
    assertTemplateFlags(flags);
    const [first, second] = args;
    const named = first?.includes('/') ? parseKey(first, allKinds) : undefined;
    const kind = named?.kind ?? (first === undefined ? undefined : parseKind(first, allKinds).kind);
    const name = named ? fullName({ metadata: named }) : second;
    const show = async (look: Look): Promise<number> => {
      const kinds = kind === undefined ? overview.map((each) => each.kind) : [kind];
      const format = documentFormatOf(flags);
      const shown = flags.isSet('show-secrets') ? (object: KubeObject) => object : withoutSecrets;
      if (name !== undefined && format !== undefined) {
        await printDocument(writtenForm(shown(await findNamed(kinds[0]!, name, look))), format, io);
        return 0;
      }
      const found =
        name === undefined
          ? (await Promise.all(kinds.map((each) => listKind(each, look, kind === undefined)))).flat()
          : [await findNamed(kinds[0]!, name, look)];
      // Objects that are in no namespace are listed for whoever asks for their kind.
      const isPlaced = name === undefined && (kind === undefined || apiResource(kind).scope === 'Namespaced');
      const listed = isPlaced ? inNamespace(found, namespace) : found;
      await printObjects(listed.map(shown), namespaceColumns(columns, invocation), flags, io, () =>
        viewContext(invocation, look.client),
      );
      return 0;
    };
    if (isForOtherHost(invocation))
      return await withClient(invocation, async (client) => await show(lookThrough(client, signal)));
    const isSecretAsked = kind === undefined || kind === 'Secret';
    return await withReader(invocation, async (reader) =>
      // Whoever is not root may read what is stored, and not the key of Secrets.
      isSecretAsked && process.getuid?.() === 0
        ? await withClient(invocation, async (client) => {
            const { list, get: find } = lookThrough(client, signal);
            const stored = lookAtStored(reader, signal);
            // The kinds of clusters are known to the store alone.
            return await show({
              ...stored,
              list: async (each) => await (isOfClusters(each) ? stored : { list }).list(each),
              get: find,
            });
          })
        : await show(lookAtStored(reader, signal)),
    );
  },
};

/** How objects are read. Those of kinds that have commands of their own are read through these. */
interface Look {
  readonly client: ReadClient;
  readonly list: (kind: string) => Promise<readonly KubeObject[]>;
  readonly get: (kind: string, name: string) => Promise<KubeObject>;
  readonly signal: AbortSignal;
}

export const lookThrough = (client: Client, signal: AbortSignal): Look => ({
  client,
  signal,
  list: async (kind) => (await client.objects.list(apiResource(kind), { signal })).items,
  get: async (kind, name) => {
    const { scope, ...resource } = apiResource(kind);
    const key = keyOf(name);
    const place = scope === 'Namespaced' ? key : { ...key, namespace: '' };
    return await client.objects.get({ ...resource, ...place }, { signal });
  },
});

/** Splits `web` or `prod/web`, as `fullName` writes them. */
function keyOf(text: string): { readonly namespace: string; readonly name: string } {
  const [name = '', namespace = 'default'] = text.split('/').toReversed();
  return { namespace, name };
}

function lookAtStored(client: ReadClient, signal: AbortSignal): Look {
  const list = async (kind: string): Promise<readonly KubeObject[]> =>
    (await client.stored.list(groupKind(kind))).items;
  return {
    client,
    signal,
    list,
    get: async (kind, name) => {
      const found = (await list(kind)).find((object) => fullNames(object).includes(name));
      if (!found) throw notFound({ ...groupKind(kind), ...keyOf(name) });
      return found;
    },
  };
}

async function listKind(
  kind: string,
  { client, list, signal }: Look,
  isOfMany: boolean,
): Promise<readonly KubeObject[]> {
  if (kind === 'VM') return await client.vms.list(signal);
  if (kind === 'Volume') return await client.volumes.list(signal);
  if (kind === 'Snapshot') return await client.snapshots.list(signal);
  if (kind === 'WarmPool') return await client.pools.list(signal);
  if (kind === 'Host') return await client.hosts.list(signal);
  if (kind === 'Image') return await client.images.list(signal);
  if (kind === 'Kernel') return await client.kernels.list(signal);
  try {
    return await list(kind);
  } catch (failure) {
    // Another host may serve no clusters.
    if (isOfMany && isOfClusters(kind) && hasCode(failure, 'NOT_FOUND')) return [];
    throw failure;
  }
}

export async function findNamed(
  kind: string,
  name: string,
  { client, get: getByName, signal }: Look,
): Promise<KubeObject> {
  if (kind === 'VM') return await client.vms.find(name, signal);
  if (kind === 'Volume') return await client.volumes.find(name, signal);
  if (kind === 'Snapshot') return await client.snapshots.find(name, signal);
  if (kind === 'WarmPool') return await client.pools.find(name, signal);
  if (kind === 'Host') return await client.hosts.find(name, signal);
  if (kind === 'Image') return await client.images.find(name, signal);
  if (kind === 'Kernel') return await client.kernels.find(name, signal);
  return await getByName(kind, name);
}
