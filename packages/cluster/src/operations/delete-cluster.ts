import { deleteSeen } from '@ignite/toolkit/client/delete-seen';
import { type KindResource, KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { clusterKind } from '../kinds/object-kinds.ts';
import { own } from '../contract/names.ts';
import { modifyCluster, withoutNotes } from './attempt.ts';
import { type Look, type Waiting, waitFor } from './await-cluster.ts';
import { type ClusterKey, viewCluster } from './cluster-view.ts';
import { listMade } from './list-made.ts';
import { assertDeletable, clusterNotFound, isRestoring } from './find-cluster.ts';

/**
 * Deletes a cluster and waits until all of it is gone: its Machines, and with them their VMs, its control plane, and what was
 * made for it. What an attempt to create a cluster has left without a Cluster goes too. A cluster of the same name that
 * somebody makes meanwhile is left alone.
 * @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_PAUSED, CLUSTER_NOT_READY
 */
export async function deleteCluster(key: ClusterKey, waiting: Waiting): Promise<void> {
  const { client, op } = waiting;
  const view = await viewCluster(client, key, op.signal);
  const old = new Set(await uidsOfMade(key, client, op.signal));
  if (!view && old.size === 0) throw clusterNotFound(key);
  if (view) {
    assertDeletable(view);
    const { uid } = view.cluster.metadata;
    old.add(uid);
    await remove(client, clusterKind, view.cluster, op.signal);
    if (isRestoring(view.cluster)) await endRestoration(key, uid, waiting);
    await waitFor(key, waiting, async (): Promise<Look<true>> => {
      const made = await uidsOfMade(key, client, op.signal);
      const left = await viewCluster(client, key, op.signal);
      if (left?.cluster.metadata.uid !== uid) return { found: true };
      // The Cluster was still there after that list, so that the list has nothing of another one.
      for (const each of made) old.add(each);
      return { lacks: `the deletion of ${leftOf(left)}` };
    });
  }
  await waitFor(key, waiting, async (): Promise<Look<true>> =>
    (await removeLeft(key, old, client, op.signal))
      ? { lacks: 'the deletion of what belonged to it' }
      : { found: true },
  );
}

/** Has the controllers take a cluster apart that was brought back in part. It is being deleted already, so that it does not go on. */
async function endRestoration(key: ClusterKey, uid: string, waiting: Waiting): Promise<void> {
  try {
    await modifyCluster(key, waiting, (now) =>
      now.metadata.uid === uid
        ? withoutNotes(now, [own.restoring, own.cloning, own.suspended, own.attempt])
        : now,
    );
  } catch (failure) {
    if (!hasCode(failure, 'CLUSTER_NOT_FOUND')) throw failure;
  }
}

const leftOf = ({
  machines,
  controlPlane,
  infrastructure,
}: NonNullable<Awaited<ReturnType<typeof viewCluster>>>): string => {
  if (machines.length > 0) return machines.length === 1 ? '1 machine' : `${machines.length} machines`;
  if (controlPlane) return 'the control plane';
  return infrastructure ? 'the infrastructure' : 'the cluster';
};

/**
 * Deletes what a Cluster that is gone has left, unless there is another one of its name, which may have taken it over.
 * Resolves with whether there was anything.
 * @param old the uids of what belonged to the Cluster, and its own
 */
async function removeLeft(
  key: ClusterKey,
  old: ReadonlySet<string>,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<boolean> {
  const left = (await listMade(key, client, signal)).filter(
    ({ object: { metadata } }) =>
      old.has(metadata.uid) || (metadata.ownerReferences ?? []).some(({ uid }) => old.has(uid)),
  );
  if (await new KindClient(client, clusterKind).find(key, { signal })) return false;
  for (const { kind, object } of left) await remove(client, kind, object, signal);
  return left.length > 0;
}

const uidsOfMade = async (
  key: ClusterKey,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<readonly string[]> =>
  (await listMade(key, client, signal)).map(({ object }) => object.metadata.uid);

async function remove(
  client: ObjectClient,
  kind: KindResource,
  object: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  if (object.metadata.deletionTimestamp === undefined) await deleteSeen(client, kind, object, { signal });
}
