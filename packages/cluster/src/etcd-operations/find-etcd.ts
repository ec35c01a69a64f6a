import type { Vm } from '@ignite/api/v1/vm';
import { vmKind } from '@ignite/api/v1/object-kinds';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { labels } from '../contract/names.ts';
import { isControlledBy } from '../contract/owner.ts';
import type { EtcdCluster } from '../kinds/etcd-cluster.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import type { ClusterKey } from '../operations/cluster-view.ts';

export type FindEtcdErrorCode = 'ETCD_NOT_FOUND';

/** An etcd cluster with the VMs of its members. */
export interface EtcdView {
  readonly cluster: EtcdCluster;
  readonly vms: readonly Vm[];
}

export const etcdNotFound = ({ namespace, name }: ClusterKey): CodedError<FindEtcdErrorCode> =>
  new CodedError('ETCD_NOT_FOUND', `there is no etcd cluster "${name}" in the namespace ${namespace}`, {
    hint: '"ignite etcd ls -A" lists them',
  });

/** @throws CodedError ETCD_NOT_FOUND */
export async function findEtcd(
  client: ObjectClient,
  key: ClusterKey,
  signal: AbortSignal,
): Promise<EtcdCluster> {
  const cluster = await new KindClient(client, etcdClusterKind).find(key, { signal });
  if (!cluster) throw etcdNotFound(key);
  return cluster;
}

/** @throws CodedError ETCD_NOT_FOUND */
export async function viewEtcd(
  client: ObjectClient,
  key: ClusterKey,
  signal: AbortSignal,
): Promise<EtcdView> {
  const cluster = await findEtcd(client, key, signal);
  return { cluster, vms: await listEtcdVms(client, cluster, signal) };
}

/** Returns the VMs of the members of an etcd cluster, which may be gone itself. */
export async function listEtcdVms(
  client: ObjectClient,
  cluster: EtcdCluster,
  signal: AbortSignal,
): Promise<readonly Vm[]> {
  const { namespace, name } = cluster.metadata;
  const selected = [{ key: labels.etcdCluster, operator: 'In', values: [name] }] as const;
  const { items } = await new KindClient(client, vmKind).list({ namespace, labels: selected, signal });
  return items.filter((vm) => isControlledBy(vm, cluster));
}
