import type { VersionedMetadata } from '@ignite/toolkit/scheme/scheme';
import { uidAnnotation } from '../v1/uid-annotation.ts';
import { type Fields, isEmpty, keptFields, withKept } from './kept-fields.ts';
import { withoutUndefined } from './maybe.ts';

/** Pure. The uid becomes an annotation by which a VM is made; `kept` is what v1 cannot say of the object. */
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

/** Pure. What only a store knows (revision and generation) is left out. */
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

/** Pure. Of kinds whose status alone is what v1 cannot say. */
export const keptStatus = (metadata: VersionedMetadata): unknown =>
  keptFields(metadata, 'v1alpha4')['status'];
