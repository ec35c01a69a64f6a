import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { own } from '../contract/names.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterKind } from '../kinds/object-kinds.ts';
import type { Waiting } from './await-cluster.ts';
import type { ClusterKey } from './cluster-view.ts';
import { clusterNotFound } from './find-cluster.ts';

export type AttemptErrorCode = 'CLUSTER_TAKEN_OVER';

type Annotations = Readonly<Record<string, string>>;

/**
 * Notes in a Cluster which command changes what runs of it from now on. A command that was at it gives way as soon as it looks, so that no
 * two of them pull in different directions.
 * @param annotate says why the Cluster is left alone meanwhile
 * @throws CodedError CLUSTER_NOT_FOUND
 */
export const beginAttempt = async (
  key: ClusterKey,
  attempt: string,
  waiting: Pick<Waiting, 'client' | 'op'>,
  annotate: (now: Cluster) => Annotations,
): Promise<Cluster> =>
  await modifyCluster(key, waiting, (now) =>
    withAnnotations(now, { ...annotate(now), [own.attempt]: attempt }),
  );

/** Tells whether nobody has taken a Cluster over since an attempt has begun. @throws CodedError CLUSTER_NOT_FOUND */
export async function isAttempting(
  key: ClusterKey,
  attempt: string,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await new KindClient(client, clusterKind).find(key, { signal });
  if (!found) throw clusterNotFound(key);
  return found.metadata.annotations[own.attempt] === attempt;
}

/** @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_TAKEN_OVER */
export async function assertAttempting(
  key: ClusterKey,
  attempt: string,
  { client, op: { signal } }: Pick<Waiting, 'client' | 'op'>,
): Promise<void> {
  if (!(await isAttempting(key, attempt, client, signal))) throw takenOver(key);
}

/**
 * Notes that a command has done its part, and takes away what it has noted besides.
 * @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_TAKEN_OVER
 */
export const endAttempt = async (
  key: ClusterKey,
  attempt: string,
  waiting: Pick<Waiting, 'client' | 'op'>,
  notes: readonly string[] = [],
): Promise<Cluster> =>
  await modifyCluster(key, waiting, (now) => {
    if (now.metadata.annotations[own.attempt] !== attempt) throw takenOver(key);
    return withoutNotes(now, [own.attempt, ...notes]);
  });

/** Pure. Returns a Cluster without these annotations. */
export const withoutNotes = (cluster: Cluster, notes: readonly string[]): Cluster =>
  withAnnotations(
    cluster,
    Object.fromEntries(
      Object.entries(cluster.metadata.annotations).filter(([name]) => !notes.includes(name)),
    ),
  );

const withAnnotations = (cluster: Cluster, annotations: Annotations): Cluster => ({
  ...cluster,
  metadata: { ...cluster.metadata, annotations },
});

/** @throws CodedError CLUSTER_NOT_FOUND */
export async function modifyCluster(
  key: ClusterKey,
  { client, op: { signal } }: Pick<Waiting, 'client' | 'op'>,
  change: (now: Cluster) => Cluster,
): Promise<Cluster> {
  try {
    return await new KindClient(client, clusterKind).modify(key, change, { signal });
  } catch (failure) {
    throw hasCode(failure, 'NOT_FOUND') ? clusterNotFound(key) : failure;
  }
}

const takenOver = ({ namespace, name }: ClusterKey): CodedError<AttemptErrorCode> =>
  new CodedError(
    'CLUSTER_TAKEN_OVER',
    `another command suspends, resumes or brings back cluster "${name}" meanwhile`,
    {
      hint: `wait for that one, and look with "ignite cluster describe ${namespace}/${name}" what there is to do`,
    },
  );
