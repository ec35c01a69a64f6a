import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { KindResource } from '@ignite/toolkit/client/kind-client';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject, OwnerReference } from '@ignite/toolkit/object/kube-object';

/** Pure. Returns a reference to an owner that does not control what it owns. */
export const ownerReference = (kind: KindResource, { metadata }: KubeObject): OwnerReference => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  name: metadata.name,
  uid: metadata.uid,
});

export const controllerReference = (kind: KindResource, owner: KubeObject): OwnerReference => ({
  ...ownerReference(kind, owner),
  controller: true,
  blockOwnerDeletion: true,
});

/** Pure. Returns the owner that controls an object. */
export const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller);

export const isControlledBy = (object: KubeObject, owner: KubeObject): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid;

/** Pure. Returns an object with an owner. One that is there already, and says the same, leaves it as it is. */
export function withOwner<T extends KubeObject>(object: T, owner: OwnerReference): T {
  const { ownerReferences = [] } = object.metadata;
  const known = ownerReferences.find(({ uid }) => uid === owner.uid);
  if (known && known.controller === owner.controller) return object;
  const others = ownerReferences.filter(({ uid }) => uid !== owner.uid);
  return { ...object, metadata: { ...object.metadata, ownerReferences: [...others, owner] } };
}

/** Pure. Returns an object that another owner controls from now on. */
export function withController<T extends KubeObject>(object: T, owner: OwnerReference): T {
  if (controllerOf(object)?.uid === owner.uid) return object;
  const others = (object.metadata.ownerReferences ?? []).filter(({ controller }) => !controller);
  return { ...object, metadata: { ...object.metadata, ownerReferences: [...others, owner] } };
}

/** Pure. Tells whether an object belongs to another one of the owner's kind. */
export const isAnothers = ({ metadata }: KubeObject, owner: OwnerReference): boolean =>
  (metadata.ownerReferences ?? []).some(
    ({ apiVersion, kind, uid }) =>
      kind === owner.kind && groupOf(apiVersion) === groupOf(owner.apiVersion) && uid !== owner.uid,
  );
