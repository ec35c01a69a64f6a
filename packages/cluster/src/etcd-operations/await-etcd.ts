import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { findCondition } from '../contract/conditions.ts';
import { type Waiting, waitFor } from '../operations/await-cluster.ts';
import type { ClusterKey } from '../operations/cluster-view.ts';
import { findEtcd } from './find-etcd.ts';

/** Pure. Returns in words what an etcd cluster still lacks to be as it is wished; `undefined` if nothing. */
export function awaitedOfEtcd({ metadata, spec, status }: EtcdCluster): string | undefined {
  const { readyReplicas = 0 } = status ?? {};
  const ready = findCondition({ status }, 'Ready');
  if (status?.observedGeneration !== metadata.generation) return 'its controller to look at it';
  if (ready?.status === 'True') return undefined;
  const counts = `${readyReplicas} of ${spec.replicas} members are healthy`;
  return ready?.message ? `etcd: ${counts} (${ready.message})` : `etcd: ${counts}`;
}

/**
 * Waits until an etcd cluster is as it is wished, and reports what it still lacks.
 * @throws CodedError CLUSTER_NOT_READY when the time is up, ETCD_NOT_FOUND
 */
export async function awaitEtcd(key: ClusterKey, waiting: Waiting): Promise<EtcdCluster> {
  const look = async () => {
    const cluster = await findEtcd(waiting.client, key, waiting.op.signal);
    const lacks = awaitedOfEtcd(cluster);
    return lacks === undefined ? { found: cluster } : { lacks };
  };
  return await waitFor(key, waiting, look, 'etcd');
}
