import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { own } from '../contract/names.ts';
import { type Cluster, isPaused } from '../kinds/cluster.ts';
import { type ClusterKey, type ClusterView, viewCluster } from './cluster-view.ts';

export type FindClusterErrorCode = 'CLUSTER_NOT_FOUND' | 'CLUSTER_PAUSED' | 'CLUSTER_RESTORING';

export const clusterNotFound = ({ namespace, name }: ClusterKey): CodedError<FindClusterErrorCode> =>
  new CodedError('CLUSTER_NOT_FOUND', `there is no cluster "${name}" in the namespace ${namespace}`, {
    hint: '"ignite cluster ls -A" lists the clusters',
  });

/** @throws CodedError CLUSTER_NOT_FOUND */
export async function findCluster(
  client: ObjectClient,
  key: ClusterKey,
  signal: AbortSignal,
): Promise<ClusterView> {
  const view = await viewCluster(client, key, signal);
  if (!view) throw clusterNotFound(key);
  return view;
}

/** Nothing is done to a paused cluster, so that a change would be waited for in vain. @throws CodedError CLUSTER_PAUSED */
export function assertNotPaused({ cluster }: ClusterView): void {
  assertNotRestoring(cluster);
  if (isPaused(cluster)) throw paused(cluster);
}

/**
 * A cluster that was brought back in part can be deleted, since it may have no other way out: what it is to be again may be gone.
 * @throws CodedError CLUSTER_PAUSED
 */
export function assertDeletable(view: ClusterView): void {
  if (!isRestoring(view.cluster)) assertNotPaused(view);
  else if (view.cluster.spec.paused) throw paused(view.cluster);
}

const paused = (cluster: Cluster): CodedError<FindClusterErrorCode> => {
  const { namespace, name } = cluster.metadata;
  return new CodedError(
    'CLUSTER_PAUSED',
    `cluster "${name}" is ${isSuspended(cluster) && !isRestoring(cluster) ? 'suspended' : 'paused'}`,
    { hint: `run "ignite cluster resume ${namespace}/${name}" first` },
  );
};

/** A cluster that was brought back in part must not go on. @throws CodedError CLUSTER_RESTORING */
export function assertNotRestoring({ metadata: { namespace, name, annotations } }: Cluster): void {
  const { [own.restoring]: restored, [own.cloning]: cloned } = annotations;
  const source = cloned?.split('.')[0];
  const key = `${namespace}/${name}`;
  if (source !== undefined)
    throw restoring(name, `made of the snapshot "${source}"`, `create ${key} --from ${source}`);
  if (restored !== undefined)
    throw restoring(name, `brought back to the snapshot "${restored}"`, `restore ${key} ${restored}`);
}

const restoring = (name: string, how: string, command: string): CodedError<FindClusterErrorCode> =>
  new CodedError('CLUSTER_RESTORING', `cluster "${name}" is being ${how}`, {
    hint: `run "ignite cluster ${command}" again if nobody does any more`,
  });

/** Pure. Tells whether a cluster is being brought back to a snapshot or made of one, or somebody has begun to. */
export const isRestoring = ({ metadata }: Cluster): boolean =>
  [own.restoring, own.cloning].some((note) => Object.hasOwn(metadata.annotations, note));

/** Pure. Tells whether somebody has suspended a cluster, be it so far or on its way. */
export const isSuspended = ({ metadata }: Cluster): boolean =>
  Object.hasOwn(metadata.annotations, own.suspended);
