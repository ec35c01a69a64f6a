import { objectsOf } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { ownerReference } from '../contract/owner.ts';
import type { Cluster } from '../kinds/cluster.ts';
import { clusterKind } from '../kinds/object-kinds.ts';
import { configMaps } from '../workload/node.ts';

const field = 'lock-information';

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Takes the lock of a cluster that is to be begun, so that only one Machine begins it. A lock whose Machine is gone is
 * given up, and can be taken the next time. Resolves with whether this Machine has it.
 */
export async function takeInitLock(
  client: ObjectClient,
  cluster: Cluster,
  machineName: string,
  isThere: (machineName: string) => Promise<boolean>,
): Promise<boolean> {
  const { namespace } = cluster.metadata;
  const locks = objectsOf(client, configMaps);
  const key = initLockKey(cluster.metadata);
  const lock = await locks.find(key);
  if (lock) {
    const holder = holderOf(lock);
    if (holder === machineName) return true;
    if (holder !== undefined && (await isThere(holder))) return false;
    const { uid, resourceVersion } = lock.metadata;
    await locks.delete(key, { preconditions: { uid, resourceVersion } });
  }
  try {
    await locks.create({
      metadata: { namespace, name: key.name, ownerReferences: [ownerReference(clusterKind, cluster)] },
      data: { [field]: JSON.stringify({ machineName }) },
    });
    return true;
  } catch (failure) {
    if (hasCode(failure, 'ALREADY_EXISTS')) return false;
    throw failure;
  }
}

/** Gives up the lock of a cluster that was begun. */
export async function releaseInitLock(client: ObjectClient, cluster: Cluster): Promise<void> {
  try {
    await objectsOf(client, configMaps).delete(initLockKey(cluster.metadata));
  } catch (failure) {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
  }
}

/** Returns where the lock of a cluster is. */
export const initLockKey = ({ namespace, name }: Place): Place => ({ namespace, name: `${name}-lock` });

function holderOf(lock: { readonly [field: string]: unknown }): string | undefined {
  const { [field]: text } = (lock['data'] ?? {}) as Readonly<Record<string, string | undefined>>;
  const [, name] = /"machineName":"([^"]+)"/.exec(text ?? '') ?? [];
  return name;
}
