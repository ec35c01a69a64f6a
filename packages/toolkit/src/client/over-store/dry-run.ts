import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object/kube-object.ts';
import { isGone, keyOf, markedDeleted, updated } from '../../store/next-object.ts';
import { alreadyExists } from '../../store/store.ts';
import type { Deletion } from '../object-client.ts';

/** The pure answers to writes that are only tried. */

/**
 * Returns a new object as it would be.
 * @throws CodedError ALREADY_EXISTS
 */
export function triedCreate(object: KubeObject, taken: KubeObject | undefined): KubeObject {
  if (taken) throw alreadyExists(keyOf(object));
  return object;
}

/** Returns an object as it would be, with the version that it still has. */
export const triedUpdate = (old: KubeObject, next: KubeObject): KubeObject =>
  isDeepStrictEqual(next, old) ? old : updated(old, next, Number(old.metadata.resourceVersion));

/** Returns what a delete of an object would do. */
export const triedDelete = (object: KubeObject, now: string): Deletion =>
  deletionOf(markedDeleted(object, Number(object.metadata.resourceVersion), now));

/** Returns what a delete has done to an object that is now as given. */
export const deletionOf = (object: KubeObject): Deletion => {
  const { uid } = object.metadata;
  return isGone(object) ? { uid } : { uid, remaining: object };
};
