import { type KindResource, KindClient, objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { contractVersion } from '../contract/groups.ts';
import { initLockKey } from '../bootstrap/init-lock.ts';
import { clusterKind, configMapObjects, secretObjects } from '../kinds/object-kinds.ts';
import { labels } from '../contract/names.ts';
import { cniName } from './cluster-names.ts';
import { clusterResources } from '../kinds/resources.ts';
import { type Look, type Waiting, waitFor } from './await-cluster.ts';
import { type ClusterKey, ofCluster, viewCluster } from './cluster-view.ts';
import { assertNotPaused, clusterNotFound } from './find-cluster.ts';

/**
 * Deletes a cluster and waits until all of it is gone: its Machines, and with them their VMs, its control plane, and what was
 * made for it. What an attempt to create a cluster has left without a Cluster goes too.
 * @throws CodedError CLUSTER_NOT_FOUND, CLUSTER_PAUSED, CLUSTER_NOT_READY
 */
export async function deleteCluster(key: ClusterKey, waiting: Waiting): Promise<void> {
  const { client, op } = waiting;
  const view = await viewCluster(client, key, op.signal);
  if (view) {
    assertNotPaused(view);
    await remove(client, clusterKind, view.cluster, op.signal);
    await waitFor(key, waiting, async (): Promise<Look<true>> => {
      const left = await viewCluster(client, key, op.signal);
      return left && left.cluster.metadata.uid === view.cluster.metadata.uid
        ? { lacks: `the deletion of ${leftOf(left)}` }
        : { found: true };
    });
  }
  const isAnyLeft = await removeLeft(key, client, op.signal);
  if (!view && !isAnyLeft) throw clusterNotFound(key);
  await waitFor(key, waiting, async (): Promise<Look<true>> =>
    (await removeLeft(key, client, op.signal))
      ? { lacks: 'the deletion of what belonged to it' }
      : { found: true },
  );
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

const kinds: readonly KindResource[] = clusterResources
  .filter(({ kind }) => kind !== clusterKind.kind)
  .map(({ group, plural, kind }) => ({ group, version: contractVersion, resource: plural, kind }));

/** Deletes what has the label of a Cluster that is gone. Resolves with whether there was anything. */
async function removeLeft(key: ClusterKey, client: ObjectClient, signal: AbortSignal): Promise<boolean> {
  let isAny = false;
  for (const kind of kinds)
    for (const object of (await objectsOf(client, kind).list({ ...ofCluster(key), signal })).items) {
      isAny = true;
      await remove(client, kind, object, signal);
    }
  // A Secret without an owner was brought by somebody, to whom it stays.
  const secrets = await new KindClient(client, secretObjects).list({ ...ofCluster(key), signal });
  const configMaps = new KindClient(client, configMapObjects);
  const lock = await configMaps.find(initLockKey(key), { signal });
  const manifests = await configMaps.find({ namespace: key.namespace, name: cniName(key.name) }, { signal });
  const isMade = (object: KubeObject): boolean =>
    object === manifests
      ? object.metadata.labels[labels.cluster] === key.name
      : (object.metadata.ownerReferences ?? []).length > 0;
  for (const object of [...secrets.items, lock, manifests])
    if (object && isMade(object)) {
      isAny = true;
      await remove(
        client,
        object.kind === secretObjects.kind ? secretObjects : configMapObjects,
        object,
        signal,
      );
    }
  return isAny;
}

async function remove(
  client: ObjectClient,
  kind: KindResource,
  { metadata: { namespace, name, uid, deletionTimestamp } }: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  if (deletionTimestamp !== undefined) return;
  try {
    await client.delete({ ...kind, namespace, name }, { preconditions: { uid }, signal });
  } catch (failure) {
    if (!hasCode(failure, 'NOT_FOUND') && !hasCode(failure, 'CONFLICT')) throw failure;
  }
}
