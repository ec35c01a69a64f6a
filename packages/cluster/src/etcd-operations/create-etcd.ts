import { isDeepStrictEqual } from 'node:util';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { NewObject, ObjectClient } from '@ignite/toolkit/client/object-client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import * as v from 'valibot';
import { type EtcdCluster, etcdClusterSpecSchema } from '../kinds/etcd-cluster.ts';
import { etcdClusterKind } from '../kinds/object-kinds.ts';
import type { ClusterKey } from '../operations/cluster-view.ts';
import { awaitedOfEtcd } from './await-etcd.ts';
import { findEtcd } from './find-etcd.ts';

export type CreateEtcdErrorCode = 'ETCD_EXISTS';

/** What a command asks for. */
export interface EtcdRequest extends ClusterKey {
  readonly replicas: number;
  readonly version: string;
  readonly image?: string;
  readonly cpus?: number;
  readonly memory?: string;
  readonly diskSize?: string;
  /** The snapshot with whose data it begins. */
  readonly restoredFrom?: string;
}

/** Pure. Returns the object of an etcd cluster. */
export function planEtcdCluster(request: EtcdRequest): NewObject {
  const { namespace, name, replicas, version, image, restoredFrom, cpus, memory, diskSize } = request;
  const { apiVersion, kind } = etcdClusterKind;
  const vm = {
    ...(image !== undefined && { image: { oci: image } }),
    ...(cpus !== undefined && { cpus }),
    ...(memory !== undefined && { memory }),
    ...(diskSize !== undefined && { diskSize }),
  };
  return {
    ...{ apiVersion, kind, metadata: { name, namespace } },
    spec: {
      ...{ replicas, version },
      ...(Object.keys(vm).length > 0 && { vm }),
      ...(restoredFrom !== undefined && { restore: { hostPath: restoredFrom } }),
    },
  };
}

/**
 * Creates an etcd cluster. One that was asked for before, with the same words, and is not up yet, is the one that was asked
 * for.
 * @throws CodedError ETCD_EXISTS
 */
export async function createEtcd(
  planned: NewObject,
  client: ObjectClient,
  signal: AbortSignal,
): Promise<EtcdCluster> {
  const { namespace, name } = planned.metadata as { readonly namespace: string; readonly name: string };
  const clusters = new KindClient(client, etcdClusterKind);
  try {
    return await clusters.create(planned, { signal });
  } catch (failure) {
    if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
    const known = await findEtcd(client, { namespace, name }, signal);
    const isAsked = isDeepStrictEqual(complete(planned['spec']), complete(known.spec));
    if (awaitedOfEtcd(known) !== undefined && isAsked) return known;
    throw new CodedError<CreateEtcdErrorCode>('ETCD_EXISTS', `there is an etcd cluster "${name}" already`, {
      hint: 'choose another name, or delete that one with "ignite etcd delete"',
    });
  }
}

/** Returns a spec with its defaults, as it is when it has been stored. */
const complete = (spec: unknown): unknown =>
  JSON.parse(JSON.stringify(v.parse(etcdClusterSpecSchema, spec))) as unknown;
