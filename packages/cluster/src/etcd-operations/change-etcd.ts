import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { EtcdCluster, EtcdClusterSpec } from '../kinds/etcd-cluster.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import type { ClusterKey } from '../operations/cluster-view.ts';
import { etcdNotFound } from './find-etcd.ts';

/** What an etcd cluster is to have; what is absent stays as it is. */
export type EtcdChange =
  | { readonly replicas: number }
  /** Without an image, members get that of the version. */
  | { readonly version: string; readonly image: string | undefined };

/** @throws CodedError ETCD_NOT_FOUND, INVALID */
export async function changeEtcd(
  key: ClusterKey,
  change: EtcdChange,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<EtcdCluster> {
  try {
    return await new KindClient(client, etcdClusterKind).modify(
      key,
      (now) => ({ ...now, spec: changed(now.spec, change) }),
      { signal },
    );
  } catch (failure) {
    throw hasCode(failure, 'NOT_FOUND') ? etcdNotFound(key) : failure;
  }
}

function changed(spec: EtcdClusterSpec, change: EtcdChange): EtcdClusterSpec {
  if ('replicas' in change) return { ...spec, replicas: change.replicas as EtcdClusterSpec['replicas'] };
  const { image: _before, ...vm } = spec.vm;
  const { version, image } = change;
  return { ...spec, version, vm: { ...vm, ...(image !== undefined && { image: { oci: image } }) } };
}
