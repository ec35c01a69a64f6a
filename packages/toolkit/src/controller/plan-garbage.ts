import {
  foregroundFinalizer as foreground,
  orphanFinalizer as orphan,
} from '../client/over-store/deletion.ts';
import { groupOf } from '../object/group-kind.ts';
import type { KubeObject, OwnerReference } from '../object/kube-object.ts';
import type { GroupVersionResource } from '../client/group-version-resource.ts';

/** A kind whose objects own others, or are owned. */
export interface GarbageKind extends GroupVersionResource {
  readonly kind: string;
  readonly isNamespaced: boolean;
}

export type GarbageAction =
  /** Deletes an object because its owner goes after it. */
  | {
      readonly type: 'delete-first';
      readonly object: KubeObject;
      readonly propagationPolicy: 'Background' | 'Foreground';
    }
  /** Deletes an object if its owners are gone indeed. */
  | { readonly type: 'delete-orphan'; readonly object: KubeObject }
  /** Removes the reference to an owner that leaves the object behind. */
  | { readonly type: 'disown'; readonly object: KubeObject; readonly owner: KubeObject }
  /** Lets an object go, since nothing is left to do for its dependents. */
  | { readonly type: 'release'; readonly object: KubeObject; readonly finalizer: string };

/**
 * Pure. Plans the next steps of garbage collection. An owner of a kind that is not among `kinds` counts as
 * present.
 */
export function planGarbage(
  objects: readonly KubeObject[],
  kinds: readonly GarbageKind[],
): readonly GarbageAction[] {
  const world = worldOf(objects, kinds);
  return objects.flatMap((object): readonly GarbageAction[] => {
    if (isLeaving(object)) return actionsForOwner(object, world);
    const { ownerReferences = [] } = object.metadata;
    const isGarbage = ownerReferences.length > 0 && !ownerReferences.some(world.isPresent);
    return isGarbage ? [{ type: 'delete-orphan', object }] : [];
  });
}

interface World {
  readonly dependentsOf: (owner: KubeObject) => readonly KubeObject[];
  readonly isPresent: (owner: OwnerReference) => boolean;
  /** Whether an owner is present and does not wait for its dependents to go before it. */
  readonly isStaying: (owner: OwnerReference) => boolean;
}

function actionsForOwner(owner: KubeObject, { dependentsOf, isStaying }: World): readonly GarbageAction[] {
  const { finalizers, uid } = owner.metadata;
  const dependents = dependentsOf(owner);
  if (finalizers.includes(orphan))
    return [
      ...dependents.map((object) => ({ type: 'disown', object, owner }) as const),
      { type: 'release', object: owner, finalizer: orphan },
    ];
  if (!finalizers.includes(foreground)) return [];
  if (!dependents.some((object) => blocks(object, uid)))
    return [{ type: 'release', object: owner, finalizer: foreground }];
  return dependents
    .filter((object) => !isLeaving(object))
    .map((object) => {
      if (object.metadata.ownerReferences?.some(isStaying)) return { type: 'disown', object, owner };
      const propagationPolicy = dependentsOf(object).length > 0 ? 'Foreground' : 'Background';
      return { type: 'delete-first', object, propagationPolicy };
    });
}

function worldOf(objects: readonly KubeObject[], kinds: readonly GarbageKind[]): World {
  const dependents = dependentsByOwner(objects);
  const byUid = new Map(objects.map((object) => [object.metadata.uid, object]));
  const isPresent = ({ apiVersion, kind, uid }: OwnerReference): boolean =>
    byUid.has(uid) || !kinds.some((each) => each.group === groupOf(apiVersion) && each.kind === kind);
  return {
    dependentsOf: ({ metadata }) => dependents.get(metadata.uid) ?? [],
    isPresent,
    isStaying: (owner) => {
      const found = byUid.get(owner.uid);
      return (
        isPresent(owner) && !(found && isLeaving(found) && found.metadata.finalizers.includes(foreground))
      );
    },
  };
}

function dependentsByOwner(objects: readonly KubeObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  const found = new Map<string, KubeObject[]>();
  for (const object of objects)
    for (const { uid } of object.metadata.ownerReferences ?? [])
      found.set(uid, [...(found.get(uid) ?? []), object]);
  return found;
}

const isLeaving = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

const blocks = ({ metadata }: KubeObject, ownerUid: string): boolean =>
  (metadata.ownerReferences ?? []).some(
    ({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true,
  );
