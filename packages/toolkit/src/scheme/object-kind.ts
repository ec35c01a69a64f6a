import { type GroupKind, versionOf } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import type { Resource } from './resource.ts';

/** A kind whose objects are given their type where they come out of a store, or from a client. */
export interface ObjectKind<T extends KubeObject> extends GroupKind {
  /** The group and version that is stored. */
  readonly apiVersion: string;
  readonly version: string;
  /** The lower-case plural, by which clients know the kind. */
  readonly resource: string;
  /** The namespace of an object that names none: empty for a kind that has none. */
  readonly defaultNamespace: string;
  /** Pure. Returns a stored object with the fields and defaults of the type. */
  readonly decode: (stored: KubeObject) => T;
}

/**
 * Returns a kind in its hub version. `complete` fills in what an older program has not stored; without it,
 * objects are taken as they are.
 */
export const objectKind = <T extends KubeObject>(
  { group, kind, plural, scope }: Resource<T>,
  apiVersion: string,
  complete: (stored: KubeObject) => KubeObject = (stored) => stored,
): ObjectKind<T> => ({
  group,
  kind,
  apiVersion,
  version: versionOf(apiVersion),
  resource: plural,
  defaultNamespace: scope === 'Cluster' ? '' : 'default',
  decode: (stored) => complete(stored) as T,
});
