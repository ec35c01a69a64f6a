import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { InClusterIpPool } from '../kinds/in-cluster-ip-pool.ts';
import type { IpAddress } from '../kinds/ip-address-claim.ts';
import { type IpPoolKind, ipPoolKindOf } from '../kinds/ip-pool-kinds.ts';
import { ipAddressKind } from '../kinds/object-kinds.ts';
import type { BasicWork } from '../runtime/controller.ts';

export interface PoolContent {
  readonly pool: InClusterIpPool;
  /** The addresses that claims have from it. */
  readonly addresses: readonly IpAddress[];
}

/** What tells a pool from the others of its kind; one that is in no namespace has an empty one. */
export interface PoolKey {
  readonly namespace: string;
  readonly name: string;
}

export const findPool = async (
  kind: IpPoolKind,
  key: PoolKey,
  { objects: { client } }: BasicWork,
): Promise<InClusterIpPool | undefined> => await new KindClient(client, kind).find(key);

/**
 * Reads a pool from the store, and after it the addresses that were given from it, so that an address that is in neither
 * was free when the pool was as it is here. Whoever writes the pool in this version has nobody before him.
 */
export async function readPool(
  kind: IpPoolKind,
  key: PoolKey,
  work: BasicWork,
): Promise<PoolContent | undefined> {
  const pool = await findPool(kind, key, work);
  if (!pool) return undefined;
  const place = key.namespace === '' ? {} : { namespace: key.namespace };
  const { items } = await new KindClient(work.objects.client, ipAddressKind).list(place);
  const addresses = items.filter(
    ({ spec: { poolRef } }) => ipPoolKindOf(poolRef) === kind && poolRef.name === key.name,
  );
  return { pool, addresses };
}
