import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { InClusterIpPool } from '../kinds/in-cluster-ip-pool.ts';
import type { IpAddress, PoolReference } from '../kinds/ip-address-claim.ts';
import { inClusterIpPoolKind, ipAddressKind } from '../kinds/object-kinds.ts';
import type { BasicWork } from '../runtime/controller.ts';

export interface PoolContent {
  readonly pool: InClusterIpPool;
  /** The addresses that claims have from it. */
  readonly addresses: readonly IpAddress[];
}

/**
 * Reads a pool from the store, and after it the addresses that were given from it, so that an address that is in neither
 * was free when the pool was as it is here. Whoever writes the pool in this version has nobody before him.
 */
export async function readPool(
  key: { readonly namespace: string; readonly name: string },
  { objects: { client } }: BasicWork,
): Promise<PoolContent | undefined> {
  const pool = await new KindClient(client, inClusterIpPoolKind).find(key);
  if (!pool) return undefined;
  const { items } = await new KindClient(client, ipAddressKind).list({ namespace: key.namespace });
  const addresses = items.filter(
    ({ spec: { poolRef } }) => isInClusterPool(poolRef) && poolRef.name === key.name,
  );
  return { pool, addresses };
}

/** Tells whether a pool is one of ours. Others are of other providers. */
export const isInClusterPool = ({ apiGroup, kind }: PoolReference): boolean =>
  apiGroup === inClusterIpPoolKind.group && kind === inClusterIpPoolKind.kind;
