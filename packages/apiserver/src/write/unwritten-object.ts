import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';
import { emptyObject } from '../server-side-apply/typed-object.ts';
import { isNamespaces, newNamespace } from './namespace-lifecycle.ts';

/**
 * Pure. Returns what is there of an object before its author writes anything, so that nobody manages it: some fields of
 * Kubernetes' own kinds, and the finalizer of a namespace. Other kinds have nothing then.
 */
export function unwrittenObject(resource: ServedResource, object: KubeObject): KubeObject | undefined {
  const { unwritten } = resource;
  if (!unwritten) return undefined;
  const empty = { ...emptyObject(object), ...unwritten };
  return isNamespaces(resource) ? (newNamespace(empty) as KubeObject) : empty;
}
