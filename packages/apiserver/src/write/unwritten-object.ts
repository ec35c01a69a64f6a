import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';
import { emptyObject } from '../server-side-apply/typed-object.ts';
import { isNamespaces, newNamespace } from './namespace-lifecycle.ts';

/**
 * Pure. Returns what is there of an object before its author writes anything, so that nobody manages it: the spec of
 * Kubernetes' own kinds, and the finalizer of a namespace. Other kinds have nothing then.
 */
export function unwrittenObject(resource: ServedResource, object: KubeObject): KubeObject | undefined {
  const isOfKubernetes = resource.mergeKeys !== undefined;
  if (!isOfKubernetes || object.spec === undefined) return undefined;
  const unwritten = { ...emptyObject(object), spec: {} };
  return isNamespaces(resource) ? (newNamespace(unwritten) as KubeObject) : unwritten;
}
