import { isDeepStrictEqual } from 'node:util';
import { kinds } from '@ignite/api/v1/kinds';
import { group as ownGroup } from '@ignite/api/v1/group';
import type { Admission, AdmittedWrite } from '@ignite/toolkit/client/admission';
import { validated } from '@ignite/toolkit/client/over-store/prepare-write';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/**
 * Gives others a say in what somebody wants of the objects of the engine, and not in what the engine does about it, nor in that it
 * undoes what it has written through this admission.
 */
export function wishAdmission(admission: Admission): Admission {
  /** What was wanted of the objects that were written, by their uids, before the first write. */
  const before = new Map<string, Wanted | undefined>();
  const isAsked = (write: AdmittedWrite): boolean => {
    const uid = uidIn(write);
    return isWish(write) && !(before.has(uid) && isUndone(write, before.get(uid)));
  };
  return {
    mutate: async (write) => {
      if (!isAsked(write)) return write.object;
      const changed = await admission.mutate(write);
      return changed && changed !== write.object ? completed(changed, write) : changed;
    },
    check: async (write) => {
      if (!isAsked(write)) return;
      await admission.check(write);
      if (!write.dryRun && !before.has(uidIn(write))) before.set(uidIn(write), wantedOf(write.old));
    },
  };
}

const uidIn = ({ object, old }: AdmittedWrite): string => (object ?? old)!.metadata.uid;

/** What somebody wants of an object: its spec, labels and annotations. */
type Wanted = readonly unknown[];

const wantedOf = (object: KubeObject | undefined): Wanted | undefined =>
  object && [object.spec, object.metadata.labels, object.metadata.annotations];

/**
 * Pure. Tells whether a write is what somebody wants. The others record what has happened, or who still has to do with
 * an object.
 */
const isWish = ({ kind, operation, subresource, object, old }: AdmittedWrite): boolean =>
  kind.group === ownGroup &&
  subresource === undefined &&
  (operation !== 'UPDATE' || !isDeepStrictEqual(wantedOf(object), wantedOf(old)));

/** Pure. Tells whether nothing but what was there before comes of a write. */
function isUndone({ object, old }: AdmittedWrite, before: Wanted | undefined): boolean {
  const [next, now] = [wantedOf(object), wantedOf(old)];
  if (!next || !before) return next === before;
  return next.every((part, at) => isDeepStrictEqual(part, now?.[at]) || isDeepStrictEqual(part, before[at]));
}

/**
 * Pure. Returns an object as the rules of its kind want it. The engine checks only what it has made by itself.
 * @throws ObjectError INVALID
 */
function completed(changed: KubeObject, { kind: { resource }, old }: AdmittedWrite): KubeObject {
  const kind = servedKindOf(kinds.find(({ plural }) => plural === resource)!);
  return validated(kind, kind.withDefaults!(changed), old);
}
