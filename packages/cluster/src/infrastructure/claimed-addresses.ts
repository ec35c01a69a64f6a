import { KindClient } from '@ignite/toolkit/client/kind-client';
import { isIP } from 'node:net';
import { finalizers, labels } from '../contract/names.ts';
import { controllerReference, isControlledBy } from '../contract/owner.ts';
import type { IgniteMachine } from '../kinds/ignite-infrastructure.ts';
import type { IpAddressClaim } from '../kinds/ip-address-claim.ts';
import { igniteMachineKind, ipAddressClaimKind, ipAddressKind } from '../kinds/object-kinds.ts';
import type { BasicWork } from '../runtime/controller.ts';
import { deleteProtected } from '../runtime/delete-protected.ts';
import { type GivenAddress, type PlannedClaim, claimsOf, withAddresses } from './plan-addresses.ts';

/**
 * Claims the addresses of a machine from their pools, whoever provides them (Cluster API's contract for addresses). Resolves with the
 * machine whose VM has the addresses, or with what is still missing.
 */
export async function withClaimedAddresses(
  machine: IgniteMachine,
  clusterName: string,
  work: BasicWork,
): Promise<IgniteMachine | string> {
  const planned = claimsOf(machine);
  if (planned.length > 0) await assertListable(machine, work);
  const claims: IpAddressClaim[] = [];
  for (const each of planned) claims.push(await keepClaim(machine, each, clusterName, work));
  const given: GivenAddress[] = [];
  for (const [at, claim] of claims.entries()) {
    if (!isControlledBy(claim, machine)) return `${nameOf(claim)} belongs to somebody else`;
    if (claim.metadata.deletionTimestamp !== undefined) return `${nameOf(claim)} is being deleted`;
    const address = await addressOf(claim, work);
    if (address === undefined) return `${nameOf(claim)} has no address yet`;
    given.push({ interface: planned[at]!.interface, address });
  }
  const { vm } = machine.spec;
  const network = withAddresses(vm.network, given);
  if (!network) return 'an interface gets two addresses of one family';
  return { ...machine, spec: { ...machine.spec, vm: { ...vm, network } } };
}

/**
 * Fails where this host may not list claims, or nobody knows them, such as in a management cluster whose role for its hosts is an older one.
 * A local copy of them would be waited for without end, and other machines with it.
 */
async function assertListable(
  { metadata: { namespace } }: IgniteMachine,
  { objects }: BasicWork,
): Promise<void> {
  await objects.client.list(ipAddressClaimKind, { namespace, limit: 1 });
}

const nameOf = ({ metadata }: IpAddressClaim): string => `${ipAddressClaimKind.kind} "${metadata.name}"`;

async function keepClaim(
  machine: IgniteMachine,
  { name, poolRef }: PlannedClaim,
  clusterName: string,
  { objects }: BasicWork,
): Promise<IpAddressClaim> {
  const { namespace } = machine.metadata;
  const known = await objects.get(ipAddressClaimKind, { namespace, name });
  if (known) return known;
  return await objects.create(ipAddressClaimKind, {
    metadata: {
      ...{ name, namespace, finalizers: [finalizers.claimOfMachine] },
      labels: { [labels.cluster]: clusterName },
      ownerReferences: [controllerReference(igniteMachineKind, machine)],
    },
    spec: { clusterName, poolRef },
  });
}

async function addressOf(claim: IpAddressClaim, { objects }: BasicWork): Promise<string | undefined> {
  const name = claim.status?.addressRef?.name;
  if (name === undefined) return undefined;
  const { namespace } = claim.metadata;
  const found = await new KindClient(objects.client, ipAddressKind).find({ namespace, name });
  return found && isIP(found.spec.address) !== 0 ? found.spec.address : undefined;
}

/** Gives the addresses of a machine back, whose VM is gone. */
export async function giveBackAddresses(machine: IgniteMachine, work: BasicWork): Promise<void> {
  if (claimsOf(machine).length === 0) return;
  const { namespace } = machine.metadata;
  const { items } = await new KindClient(work.objects.client, ipAddressClaimKind).list({ namespace });
  for (const claim of items)
    if (isControlledBy(claim, machine))
      await deleteProtected(ipAddressClaimKind, claim, finalizers.claimOfMachine, work);
}
