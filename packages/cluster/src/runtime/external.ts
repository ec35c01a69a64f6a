import type { ClientKind } from '@ignite/toolkit/client/kind-client';
import type { KubeObject, OwnerReference } from '@ignite/toolkit/object/kube-object';
import { labels } from '../contract/names.ts';
import { isAnothers, withController, withOwner } from '../contract/owner.ts';
import type { ContractReference } from '../contract/reference.ts';
import type { Work } from './controller.ts';

/** An object of a provider, which is known by a reference and the contract alone. */
export interface External {
  readonly kind: ClientKind<KubeObject>;
  readonly object: KubeObject | undefined;
}

export async function findExternal(
  reference: ContractReference,
  namespace: string,
  { objects, providers }: Work,
): Promise<External> {
  const kind = await providers.find(reference);
  return { kind, object: await objects.get(kind, { namespace, name: reference.name }) };
}

/**
 * Finds what an owner refers to, unless it belongs to another one of its kind: a reference that is wrong neither takes
 * anything from anybody nor deletes it.
 */
export async function findOwn(
  reference: ContractReference,
  owner: OwnerReference,
  namespace: string,
  work: Work,
): Promise<External> {
  const { kind, object } = await findExternal(reference, namespace, work);
  return { kind, object: object && isAnothers(object, owner) ? undefined : object };
}

/** As `findOwn`, for what is being taken down: what is of a kind whose definition was deleted is gone. */
export async function findLeft(
  reference: ContractReference,
  owner: OwnerReference,
  namespace: string,
  work: Work,
): Promise<KubeObject | undefined> {
  if (!(await work.providers.isDefined(reference))) return undefined;
  return (await findOwn(reference, owner, namespace, work)).object;
}

/** Gives an object of a provider its owner and the label of its Cluster. */
export async function keepOwned(
  { kind, object }: External,
  owner: OwnerReference,
  clusterName: string,
  { objects }: Work,
): Promise<KubeObject | undefined> {
  if (!object || object.metadata.deletionTimestamp !== undefined) return object;
  const owned = owner.controller ? withController(object, owner) : withOwner(object, owner);
  const next =
    owned.metadata.labels[labels.cluster] === clusterName
      ? owned
      : {
          ...owned,
          metadata: {
            ...owned.metadata,
            labels: { ...owned.metadata.labels, [labels.cluster]: clusterName },
          },
        };
  return await objects.write(kind, object, next);
}

/** Deletes what an owner refers to. Resolves with whether it is gone. */
export async function deleteOwn(
  reference: ContractReference | undefined,
  owner: OwnerReference,
  namespace: string,
  work: Work,
): Promise<boolean> {
  if (!reference || !(await work.providers.isDefined(reference))) return true;
  const { kind, object } = await findOwn(reference, owner, namespace, work);
  if (object) await work.objects.delete(kind, object);
  return (await work.objects.get(kind, { namespace, name: reference.name })) === undefined;
}
