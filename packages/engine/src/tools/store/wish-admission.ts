import { isDeepStrictEqual } from 'node:util';
import { kinds } from '@ignite/api/v1/kinds';
import { group as ownGroup } from '@ignite/api/v1/group';
import type { Admission, AdmittedWrite } from '@ignite/toolkit/client/admission';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import { validated } from '@ignite/toolkit/client/over-store/prepare-write';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/**
 * Gives others a say in what somebody wants of the objects of the engine, and not in what the engine does about it. What it has
 * made it may also undo.
 */
export function wishAdmission(admission: Admission): Admission {
  const made = new Set<string>();
  const isAsked = (write: AdmittedWrite): boolean =>
    isWish(write) && !(write.operation === 'DELETE' && made.has(write.old!.metadata.uid));
  return {
    mutate: async (write) => {
      if (!isAsked(write)) return write.object;
      const changed = await admission.mutate(write);
      return changed && changed !== write.object ? completed(changed, write) : changed;
    },
    check: async (write) => {
      if (!isAsked(write)) return;
      await admission.check(write);
      const { operation, object, dryRun } = write;
      if (operation === 'CREATE' && !dryRun) made.add(object!.metadata.uid);
    },
  };
}

/**
 * Pure. Tells whether a write is what somebody wants. The others record what has happened, or who still has to do with
 * an object.
 */
const isWish = ({ kind, operation, subresource, object, old }: AdmittedWrite): boolean =>
  kind.group === ownGroup &&
  subresource === undefined &&
  (operation !== 'UPDATE' || !isDeepStrictEqual(wanted(object!), wanted(old!)));

const wanted = ({ spec, metadata: { labels, annotations } }: KubeObject): unknown => [
  spec,
  labels,
  annotations,
];

const served: readonly ServedKind[] = kinds.map(servedKindOf);

/**
 * Pure. Returns an object as the rules of its kind want it. The engine checks only what it has made by itself.
 * @throws ObjectError INVALID
 */
function completed(changed: KubeObject, { kind: { resource }, old }: AdmittedWrite): KubeObject {
  const kind = served.find((each) => each.resource === resource)!;
  return validated(kind, kind.withDefaults!(changed), old);
}
