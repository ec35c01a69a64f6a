import { currentVm } from '@ignite/api/v1/current-vm';
import { group } from '@ignite/api/v1/group';
import { referenceName } from '@ignite/api/v1/reference-name';
import { groupOf } from '@ignite/toolkit/object/group-kind';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { gitSourceResource } from '@ignite/toolkit/sync/resources';
import { currentGitSource } from '@ignite/toolkit/sync/current-git-source';

/** Pure. Returns an object that an older Ignite has stored in the form of today, or the same object. */
export function upgradeObject(object: KubeObject): KubeObject {
  switch (`${object.kind}.${groupOf(object.apiVersion)}`) {
    case `VM.${group}`:
      return currentVm(object);
    case `Image.${group}`:
    case `Kernel.${group}`:
      return currentContent(object);
    case `GitSource.${gitSourceResource.group}`:
      return currentGitSource(object);
    default:
      return object;
  }
}

/**
 * Returns an image or kernel outside of any namespace, and with a name that every API can hold if it was named
 * by its reference.
 */
function currentContent(object: KubeObject): KubeObject {
  const { metadata, spec } = object;
  if (typeof spec !== 'object' || spec === null) return object;
  const { name } = metadata;
  if ('reference' in spec)
    return metadata.namespace === '' ? object : { ...object, metadata: { ...metadata, namespace: '' } };
  return {
    ...object,
    metadata: { ...metadata, namespace: '', name: referenceName(name) },
    spec: { reference: name, ...spec },
  };
}
