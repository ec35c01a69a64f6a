import { KindClient } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import { type Look, type Waiting, waitFor } from '../operations/await-cluster.ts';
import type { ClusterKey } from '../operations/cluster-view.ts';
import { etcdNotFound, findEtcd, listEtcdVms } from './find-etcd.ts';

/**
 * Deletes an etcd cluster with its data, and waits until all of it is gone. One of the same name that somebody makes meanwhile
 * is left alone.
 * @throws CodedError ETCD_NOT_FOUND, CLUSTER_NOT_READY
 */
export async function deleteEtcd(key: ClusterKey, waiting: Waiting): Promise<void> {
  const { client, op } = waiting;
  const { signal } = op;
  const clusters = new KindClient(client, etcdClusterKind);
  const cluster = await findEtcd(client, key, signal);
  const { uid } = cluster.metadata;
  try {
    await clusters.delete(key, { signal, preconditions: { uid } });
  } catch (failure) {
    throw hasCode(failure, 'NOT_FOUND') ? etcdNotFound(key) : failure;
  }
  const look = async (): Promise<Look<true>> => {
    const left = (await listEtcdVms(client, cluster, signal)).length;
    const now = await clusters.find(key, { signal });
    if (left > 0) return { lacks: `the deletion of ${left === 1 ? '1 VM' : `${left} VMs`}` };
    return now?.metadata.uid === uid ? { lacks: 'the deletion of its keys' } : { found: true };
  };
  await waitFor(key, waiting, look, 'etcd');
}
