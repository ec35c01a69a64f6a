import type { ObjectMeta } from '../../object/kube-object.ts';
import { type ObjectKey, resourceName } from '../group-version-resource.ts';
import type { DeleteOptions, PropagationPolicy } from '../object-client.ts';
import { ObjectError } from '../object-error.ts';
import type { ServedKind } from './served-kind.ts';

/** The finalizer of an object that goes only after those that it owns. */
export const foregroundFinalizer = 'foregroundDeletion';
/** The finalizer of an object whose dependents are told first that they have lost it. */
export const orphanFinalizer = 'orphan';

/**
 * Pure. Checks that an object is none that is always there.
 * @throws ObjectError FORBIDDEN
 */
export function checkDeletable({ kind, permanent = [] }: ServedKind, key: ObjectKey): void {
  if (!permanent.includes(key.name)) return;
  throw new ObjectError(
    'FORBIDDEN',
    `${resourceName(key)} "${key.name}" is forbidden: this ${kind.toLowerCase()} may not be deleted`,
    { hint: 'it is always there; remove what is no longer needed in it instead' },
  );
}

/**
 * Pure. Checks that an object is the one that is to be deleted.
 * @throws ObjectError CONFLICT
 */
export function checkPreconditions(
  { uid, resourceVersion, name }: ObjectMeta,
  { preconditions = {} }: DeleteOptions,
): void {
  const wanted = { uid, resourceVersion, ...preconditions };
  if ((wanted.uid ?? uid) === uid && (wanted.resourceVersion ?? resourceVersion) === resourceVersion) return;
  throw new ObjectError('CONFLICT', `"${name}" is not the object that was to be deleted, or it has changed`);
}

/** Pure. Returns the finalizers by which the garbage collector learns of a policy. */
export function finalizersFor(
  finalizers: readonly string[],
  policy: PropagationPolicy | undefined,
): readonly string[] {
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((each) => each !== foregroundFinalizer && each !== orphanFinalizer);
  if (policy === 'Foreground') return [...others, foregroundFinalizer];
  return policy === 'Orphan' ? [...others, orphanFinalizer] : others;
}
