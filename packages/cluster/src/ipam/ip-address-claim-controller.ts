import { KindClient } from '@ignite/toolkit/client/kind-client';
import { type Finding, withFindings } from '../contract/conditions.ts';
import { annotations, finalizers, labels } from '../contract/names.ts';
import { controllerReference, isControlledBy, ownerReference } from '../contract/owner.ts';
import type { InClusterIpPool } from '../kinds/in-cluster-ip-pool.ts';
import type { IpAddressClaim } from '../kinds/ip-address-claim.ts';
import { type IpPoolKind, ipPoolKindOf, poolNamespace } from '../kinds/ip-pool-kinds.ts';
import { ipAddressClaimKind, ipAddressKind } from '../kinds/object-kinds.ts';
import type { BasicWork, Controller, Reconciled } from '../runtime/controller.ts';
import { deleteProtected } from '../runtime/delete-protected.ts';
import { planReservation } from './plan-allocation.ts';
import { type PoolKey, findPool, readPool } from './pool-content.ts';

const waitMs = 30_000;

/**
 * Gives each claim of a pool of ours an address (Cluster API's contract for providers of addresses). An address is reserved in
 * its pool before the IPAddress is created, so that none is given twice, however many do so at once.
 */
export const ipAddressClaimController: Controller<IpAddressClaim, BasicWork> = {
  name: 'ip-address-claim',
  kind: ipAddressClaimKind,
  finalizer: finalizers.ipAddressClaim,
  clusterOf: clusterNameOf,
  whenOthers: async ({ object }) => (ipPoolKindOf(object.spec.poolRef) ? undefined : {}),
  reconcile: async ({ object: claim, cluster }, work) => {
    if (claim.metadata.deletionTimestamp !== undefined) return await release(claim, work);
    if (!cluster && clusterNameOf(claim) !== undefined) return { object: claim, requeueAfterMs: waitMs };
    return await fulfil(claim, work);
  },
};

function clusterNameOf({ metadata, spec }: IpAddressClaim): string | undefined {
  return spec.clusterName ?? metadata.labels[labels.cluster];
}

async function fulfil(claim: IpAddressClaim, work: BasicWork): Promise<Reconciled<IpAddressClaim>> {
  const { namespace, name } = claim.metadata;
  const known = await work.objects.get(ipAddressKind, { namespace, name });
  const missing = known && isControlledBy(known, claim) ? undefined : await allocate(claim, work);
  if (missing) return found(claim, { status: 'False', ...missing }, work);
  // An address has the name of its claim.
  const next = { ...claim, status: { ...claim.status, addressRef: { name } } };
  return found(next, { status: 'True', reason: 'Ready' }, work);
}

type Missing = Pick<Finding, 'reason' | 'message'>;

/** Gives a claim an address. Resolves with why there is none, if that is so. */
async function allocate(claim: IpAddressClaim, work: BasicWork): Promise<Missing | undefined> {
  const { objects } = work;
  const { namespace, name, uid } = claim.metadata;
  const { poolRef } = claim.spec;
  const kind = ipPoolKindOf(poolRef);
  const poolText = `${poolRef.kind} "${poolRef.name}"`;
  const notReady = (message: string): Missing => ({ reason: 'PoolNotReady', message });
  const content = kind && (await readPool(kind, poolKeyOf(claim, kind), work));
  if (!content) return notReady(`there is no ${poolText}`);
  const { pool, addresses } = content;
  if (pool.metadata.deletionTimestamp !== undefined) return notReady(`${poolText} is being deleted`);
  if (Object.hasOwn(pool.metadata.annotations, annotations.paused)) return notReady(`${poolText} is paused`);
  const stored = await new KindClient(objects.client, ipAddressKind).find({ namespace, name });
  if (stored)
    return isControlledBy(stored, claim)
      ? undefined
      : { reason: 'AllocationFailed', message: `${stored.kind} "${name}" belongs to somebody else` };
  const isOfAll = pool.metadata.namespace === '';
  const planned = planReservation(pool, addresses, { ...(isOfAll && { namespace }), name, uid });
  if (!planned) return { reason: 'PoolExhausted', message: `${poolText} has no free address` };
  const others = (pool.status?.reservations ?? []).filter((each) => each.claim.uid !== uid);
  if (!pool.status?.reservations?.includes(planned))
    await objects.writeStatus(kind, {
      ...pool,
      status: { ...pool.status, reservations: [...others, planned] },
    });
  await objects.create(ipAddressKind, addressOf(claim, { kind, pool }, planned.address));
  return undefined;
}

const poolKeyOf = ({ metadata, spec }: IpAddressClaim, kind: IpPoolKind): PoolKey => ({
  namespace: poolNamespace(kind, metadata.namespace),
  name: spec.poolRef.name,
});

function addressOf(
  claim: IpAddressClaim,
  { kind, pool }: { readonly kind: IpPoolKind; readonly pool: InClusterIpPool },
  address: string,
) {
  const { namespace, name } = claim.metadata;
  const { prefix, gateway } = pool.spec;
  const cluster = clusterNameOf(claim);
  return {
    metadata: {
      ...{ namespace, name, finalizers: [finalizers.ipAddress] },
      labels: cluster === undefined ? {} : { [labels.cluster]: cluster },
      ownerReferences: [
        controllerReference(ipAddressClaimKind, claim),
        { ...ownerReference(kind, pool), controller: false, blockOwnerDeletion: true },
      ],
    },
    spec: {
      ...{ claimRef: { name }, poolRef: claim.spec.poolRef, address, prefix },
      ...(gateway !== undefined && { gateway }),
    },
  };
}

/** Gives the address of a claim back: first the address itself, then its place in the pool. */
async function release(claim: IpAddressClaim, work: BasicWork): Promise<Reconciled<IpAddressClaim>> {
  const { objects } = work;
  const { namespace, name, uid } = claim.metadata;
  // The VM of a machine has the address until then.
  if (claim.metadata.finalizers.includes(finalizers.claimOfMachine)) return { object: claim };
  const address = await new KindClient(objects.client, ipAddressKind).find({ namespace, name });
  if (address && isControlledBy(address, claim))
    await deleteProtected(ipAddressKind, address, finalizers.ipAddress, work);
  const kind = ipPoolKindOf(claim.spec.poolRef);
  const pool = kind && (await findPool(kind, poolKeyOf(claim, kind), work));
  const reservations = pool?.status?.reservations ?? [];
  const others = reservations.filter((each) => each.claim.uid !== uid);
  if (pool && others.length < reservations.length)
    await objects.writeStatus(kind, {
      ...pool,
      status: { ...pool.status, reservations: others },
    });
  return { object: claim, isCleared: true };
}

function found(claim: IpAddressClaim, Ready: Finding, { clock }: BasicWork): Reconciled<IpAddressClaim> {
  const conditions = withFindings(claim.status?.conditions, { Ready }, claim, clock.now());
  return {
    object: { ...claim, status: { ...claim.status, conditions } },
    ...(Ready.status !== 'True' && { requeueAfterMs: waitMs }),
  };
}
