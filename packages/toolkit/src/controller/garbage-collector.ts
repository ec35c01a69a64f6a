import { hasCode } from '../errors/coded-error.ts';
import type { GroupKind } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { keyOf } from '../store/next-object.ts';
import type { ObjectStore } from '../store/store.ts';

/**
 * Pure. Returns the objects whose owners are all gone. An object with the owner's name but another uid is not
 * the owner.
 */
function orphansOf(objects: readonly KubeObject[]): readonly KubeObject[] {
  const uids = new Set(objects.map(({ metadata }) => metadata.uid));
  return objects.filter(({ metadata: { ownerReferences = [], deletionTimestamp } }) => {
    const isOwned = ownerReferences.length > 0;
    return isOwned && deletionTimestamp === undefined && !ownerReferences.some(({ uid }) => uids.has(uid));
  });
}

/**
 * Deletes the orphans of these kinds, and returns them. `kinds` must name all kinds that own objects or are
 * owned.
 */
export async function collectGarbage(
  store: ObjectStore,
  kinds: readonly GroupKind[],
): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(kinds.map((kind) => store.list(kind)));
  const orphans = orphansOf(lists.flatMap(({ items }) => items));
  for (const orphan of orphans) {
    try {
      await store.delete(keyOf(orphan));
    } catch (failure) {
      if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    }
  }
  return orphans;
}
