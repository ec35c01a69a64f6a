import { KindClient } from '@ignite/toolkit/client/kind-client';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import { finalizers } from '../contract/names.ts';
import { controllerOf } from '../contract/owner.ts';
import type { InClusterIpPool } from '../kinds/in-cluster-ip-pool.ts';
import type { IpAddress } from '../kinds/ip-address-claim.ts';
import type { IpPoolKind } from '../kinds/ip-pool-kinds.ts';
import { ipAddressClaimKind, ipAddressKind } from '../kinds/object-kinds.ts';
import type { BasicWork, Controller } from '../runtime/controller.ts';
import { deleteProtected } from '../runtime/delete-protected.ts';
import { openReservations, usageOf } from './plan-allocation.ts';
import { readPool } from './pool-content.ts';

/** Counts the addresses of pools of a kind, keeps a pool until all of them are given back, and takes back what no claim has any more. */
export const inClusterIpPoolController = (kind: IpPoolKind): Controller<InClusterIpPool, BasicWork> => ({
  name: kind.defaultNamespace === '' ? 'global-in-cluster-ip-pool' : 'in-cluster-ip-pool',
  kind,
  finalizer: finalizers.inClusterIpPool,
  follows: [ipAddressKind],
  clusterOf: () => undefined,
  reconcile: async ({ object }, work) => {
    const content = await readPool(kind, object.metadata, work);
    if (content?.pool.metadata.uid !== object.metadata.uid) return { object };
    const { pool, addresses } = content;
    const claims = [
      ...addresses.map(claimOf).filter((claim) => claim !== undefined),
      ...(pool.status?.reservations ?? []).map(({ claim }) => ({
        namespace: object.metadata.namespace,
        ...claim,
      })),
    ];
    const gone = await goneOf(claims, work);
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
});

/** What tells a claim from all others. */
interface ClaimKey {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Returns the claim that controls an address, if a claim does. */
function claimOf(address: IpAddress): ClaimKey | undefined {
  const owner = controllerOf(address);
  const { group, kind } = ipAddressClaimKind;
  if (owner?.kind !== kind || groupOf(owner.apiVersion) !== group) return undefined;
  return { namespace: address.metadata.namespace, name: owner.name, uid: owner.uid };
}

/** Returns the uids of claims that are not there any more, neither in the local copy nor in the store. */
async function goneOf(claims: readonly ClaimKey[], { objects }: BasicWork): Promise<ReadonlySet<string>> {
  const stored = new KindClient(objects.client, ipAddressClaimKind);
  const gone = new Set<string>();
  for (const { namespace, name, uid } of claims) {
    const known = await objects.get(ipAddressClaimKind, { namespace, name });
    if (known && known.metadata.uid === uid) continue;
    if ((await stored.find({ namespace, name }))?.metadata.uid !== uid) gone.add(uid);
  }
  return gone;
}
