import { group } from '@ignite/api/v1/group';
import { referenceName } from '@ignite/api/v1/reference-name';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/**
 * Pure. Returns an image or kernel in the form of today: outside of any namespace, and with a name that every
 * API can hold if it was named by its reference.
 */
export function upgradeObject(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, spec } = object;
  const isContent = groupOf(apiVersion) === group && (kind === 'Image' || kind === 'Kernel');
  if (!isContent || typeof spec !== 'object' || spec === null) return object;
  const { name } = metadata;
  if ('reference' in spec)
    return metadata.namespace === '' ? object : { ...object, metadata: { ...metadata, namespace: '' } };
  return {
    ...object,
    metadata: { ...metadata, namespace: '', name: referenceName(name) },
    spec: { reference: name, ...spec },
  };
}
