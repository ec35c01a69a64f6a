import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { labels } from '../contract/names.ts';
import { awaitedOf } from './awaited.ts';
import { viewCluster } from './cluster-view.ts';
import type { PlannedObject } from './planned-object.ts';

export type CreateClusterErrorCode = 'CLUSTER_EXISTS' | 'CLUSTER_NAME_TAKEN';

/**
 * Creates the objects of a cluster, the Cluster last. What an attempt that was cut off has left is made what the plan says. A
 * cluster that is as planned, and not up yet, is the one that was asked for before. Resolves with the Cluster.
 * @throws CodedError CLUSTER_EXISTS, CLUSTER_NAME_TAKEN
 */
export async function createCluster(
  planned: readonly PlannedObject[],
  client: ObjectClient,
  signal: AbortSignal,
): Promise<KubeObject> {
  const { metadata } = planned.at(-1)!.object;
  const key = { namespace: metadata.namespace!, name: metadata.name! };
  const known = await viewCluster(client, key, signal);
  if (known) {
    const isAsked = awaitedOf(known) !== undefined && (await isAsPlanned(planned, client, signal));
    if (isAsked) return known.cluster;
    throw clusterExists(key.name);
  }
  for (const each of planned.slice(0, -1)) await put(each, key.name, client, signal);
  const { kind, object } = planned.at(-1)!;
  try {
    return await client.create(kind, object, { signal });
  } catch (failure) {
    throw hasCode(failure, 'ALREADY_EXISTS') ? clusterExists(key.name) : failure;
  }
}

/** Templates have the name of their content, so that it is enough that they are there. */
async function isAsPlanned(
  planned: readonly PlannedObject[],
  client: ObjectClient,
  signal: AbortSignal,
): Promise<boolean> {
  for (const { kind, object } of planned) {
    const { namespace, name } = object.metadata;
    const found = await objectsOf(client, kind).find({ namespace: namespace!, name: name! }, { signal });
    if (!found || !(kind.kind.endsWith('Template') || holds(found, object))) return false;
  }
  return true;
}

/** Pure. Tells whether a value has all that another one has: what it has besides are defaults. */
function holds(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole) !== Array.isArray(part))
    return false;
  return Object.entries(part).every(([name, value]) =>
    holds((whole as Readonly<Record<string, unknown>>)[name], value),
  );
}

/** Creates an object if it is not there, and gives it its content if it is the cluster's own. */
export async function put(
  { kind, object }: PlannedObject,
  cluster: string,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name } = object.metadata;
  const objects = objectsOf(client, kind);
  const change = async (): Promise<KubeObject> =>
    await objects.modify(
      { namespace: namespace!, name: name! },
      (now) => {
        if (now.metadata.labels[labels.cluster] !== cluster) throw clusterNameTaken(kind.kind, name!);
        const { apiVersion: _, kind: __, metadata: ___, ...content } = object;
        return { ...now, ...content };
      },
      { signal },
    );
  await objects.modifyOrCreate(change, object, { signal });
}

export const clusterExists = (name: string): CodedError<CreateClusterErrorCode> =>
  new CodedError('CLUSTER_EXISTS', `there is a cluster "${name}" already`, {
    hint: `choose another name, or run "ignite cluster scale" or "upgrade" to change it`,
  });

export const clusterNameTaken = (kind: string, name: string): CodedError<CreateClusterErrorCode> =>
  new CodedError(
    'CLUSTER_NAME_TAKEN',
    `${kind} "${name}" is there already, and belongs to no cluster of this name`,
    {
      hint: 'choose another name for the cluster, or delete that object',
    },
  );
