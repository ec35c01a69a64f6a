import { KindClient } from '@ignite/toolkit/client/kind-client';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { OwnerReference } from '@ignite/toolkit/object/kube-object';
import { finalizers } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import type { AddressReservation, InClusterIpPool } from '../kinds/in-cluster-ip-pool.ts';
import type { IpAddress } from '../kinds/ip-address-claim.ts';
import { inClusterIpPoolKind, ipAddressClaimKind, ipAddressKind } from '../kinds/object-kinds.ts';
import type { BasicWork, Controller } from '../runtime/controller.ts';
import { deleteProtected } from '../runtime/delete-protected.ts';
import { openReservations, usageOf } from './plan-allocation.ts';
import { readPool } from './pool-content.ts';

/** Counts the addresses of a pool, keeps the pool until all of them are given back, and takes back what no claim has any more. */
export const inClusterIpPoolController: Controller<InClusterIpPool, BasicWork> = {
  name: 'in-cluster-ip-pool',
  kind: inClusterIpPoolKind,
  finalizer: finalizers.inClusterIpPool,
  follows: [ipAddressKind],
  clusterOf: () => undefined,
  reconcile: async ({ object }, work) => {
    const content = await readPool(object.metadata, work);
    if (content?.pool.metadata.uid !== object.metadata.uid) return { object };
    const { pool, addresses } = content;
    const claims = [
      ...addresses.map(claimOf).filter((claim) => claim !== undefined),
      ...(pool.status?.reservations ?? []).map(({ claim }) => claim),
    ];
    const gone = await goneOf(claims, object.metadata.namespace, work);
    // What somebody has written by hand has no claim, and keeps its address from all claims.
    const isKept = (address: IpAddress): boolean => !gone.has(claimOf(address)?.uid ?? '');
    for (const address of addresses)
      if (!isKept(address)) await deleteProtected(ipAddressKind, address, finalizers.ipAddress, work);
    const kept = addresses.filter(isKept);
    const reservations = openReservations(pool, kept, ({ uid }) => !gone.has(uid));
    if (pool.metadata.deletionTimestamp !== undefined)
      return { object: pool, isCleared: kept.length === 0 && reservations.length === 0 };
    const used = [...kept.map(({ spec }) => spec.address), ...reservations.map(({ address }) => address)];
    return {
      object: { ...pool, status: { ...pool.status, ipAddresses: usageOf(pool.spec, used), reservations } },
    };
  },
};

/** Returns the claim that controls an address, if a claim does. */
function claimOf(address: IpAddress): OwnerReference | undefined {
  const owner = controllerOf(address);
  const { group, kind } = ipAddressClaimKind;
  return owner?.kind === kind && groupOf(owner.apiVersion) === group ? owner : undefined;
}

/** Returns the uids of claims that are not there any more, neither in the local copy nor in the store. */
async function goneOf(
  claims: readonly AddressReservation['claim'][],
  namespace: string,
  { objects }: BasicWork,
): Promise<ReadonlySet<string>> {
  const stored = new KindClient(objects.client, ipAddressClaimKind);
  const gone = new Set<string>();
  for (const { name, uid } of claims) {
    const known = await objects.get(ipAddressClaimKind, { namespace, name });
    if (known && known.metadata.uid === uid) continue;
    if ((await stored.find({ namespace, name }))?.metadata.uid !== uid) gone.add(uid);
  }
  return gone;
}
