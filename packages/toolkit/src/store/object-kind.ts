import { type GroupKind, groupKindOf } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import type { Resource } from '../scheme/resource.ts';

/** A kind whose objects are given their type where they come out of a store. */
export interface ObjectKind<T extends KubeObject> extends GroupKind {
  /** The group and version that is stored. */
  readonly apiVersion: string;
  /** The namespace of an object that names none: empty for a kind that has none. */
  readonly namespace: string;
  /** Pure. Returns a stored object with the fields and defaults of the type. */
  readonly decode: (stored: KubeObject) => T;
}

/**
 * Returns a kind by its hub version. `complete` fills in what an older program has not stored; without it,
 * objects are taken as they are.
 */
export function objectKind<T extends KubeObject>(hub: {
  readonly apiVersion: string;
  readonly kind: T['kind'];
  readonly scope?: Resource['scope'];
  readonly complete?: (stored: KubeObject) => KubeObject;
}): ObjectKind<T> {
  const { apiVersion, scope = 'Namespaced', complete = (stored) => stored } = hub;
  return {
    ...groupKindOf(hub),
    apiVersion,
    namespace: scope === 'Cluster' ? '' : 'default',
    decode: (stored) => complete(stored) as T,
  };
}
