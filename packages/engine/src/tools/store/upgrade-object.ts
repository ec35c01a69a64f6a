import { group } from '@ignite/api/v1/group';
import { referenceName } from '@ignite/api/v1/reference-name';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** Pure. Returns an image or kernel that was named by its reference with a name that every API can hold. */
export function upgradeObject(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, spec } = object;
  const isContent = groupOf(apiVersion) === group && (kind === 'Image' || kind === 'Kernel');
  if (!isContent || typeof spec !== 'object' || spec === null || 'reference' in spec) return object;
  return {
    ...object,
    metadata: { ...metadata, name: referenceName(metadata.name) },
    spec: { reference: metadata.name, ...spec },
  };
}
