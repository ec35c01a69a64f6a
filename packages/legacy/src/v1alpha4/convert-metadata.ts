import type { VersionedMetadata } from '@ignite/toolkit/scheme/kind';
import { uidAnnotation } from '@ignite/api/v1/uid-annotation';
import { type Fields, isEmpty, keptFields, withKept } from '@ignite/api/v1/kept-fields';
import { withoutUndefined } from '@ignite/api/v1/without-undefined';

/**
 * Pure. Converts metadata to v1. The uid becomes an annotation that gives a new VM its uid. `kept` holds what
 * v1 cannot express of the object.
 */
export function metadataToHub(
  { name, uid, created, labels, annotations = {} }: VersionedMetadata,
  kept: Fields,
): VersionedMetadata {
  const { [uidAnnotation]: _, ...own } = annotations;
  const all = withKept(
    { ...own, ...(typeof uid === 'string' && { [uidAnnotation]: uid }) },
    'v1alpha4',
    kept,
  );
  return withoutUndefined({
    name,
    labels,
    ...(!isEmpty(all) && { annotations: all }),
    creationTimestamp: created,
  });
}

/** Pure. Converts metadata from v1. What only a store knows (revision and generation) is left out. */
export function metadataFromHub(
  { name, uid, creationTimestamp, labels = {}, annotations = {} }: VersionedMetadata,
  kept: Fields,
): VersionedMetadata {
  const { [uidAnnotation]: wanted, ...own } = annotations;
  const all = withKept(own, 'v1', kept);
  return withoutUndefined({
    name,
    uid: wanted ?? uid,
    created: creationTimestamp ?? undefined,
    ...(!isEmpty(labels) && { labels }),
    ...(!isEmpty(all) && { annotations: all }),
  });
}

/** Pure. Returns the kept status, for kinds of which v1 cannot express the status alone. */
export const keptStatus = (metadata: VersionedMetadata): unknown =>
  keptFields(metadata, 'v1alpha4')['status'];
