import { groupOf } from '../object/group-kind.ts';
import type { KubeObject, ObjectMeta } from '../object/kube-object.ts';
import { isSameJson } from '../object/same-json.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { type Key, type NewObject, type ObjectPatch, type Selector, conflict } from './store.ts';

/** The pure rules that every store shares: how a write changes an object. */

export const keyOf = (object: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): Required<Key> => ({
  group: groupOf(object.apiVersion),
  kind: object.kind,
  namespace: object.metadata.namespace ?? 'default',
  name: object.metadata.name,
});

export function created(object: NewObject, revision: number, now: string): KubeObject {
  const { apiVersion, kind, metadata, ...content } = object;
  return {
    apiVersion,
    kind,
    metadata: {
      namespace: 'default',
      labels: {},
      annotations: {},
      finalizers: [],
      ...metadata,
      resourceVersion: String(revision),
      generation: 1,
      creationTimestamp: metadata.creationTimestamp ?? now,
    },
    ...content,
  };
}

/**
 * Returns the object after an update.
 * @throws CodedError CONFLICT
 */
export function updated(old: KubeObject, wanted: KubeObject, revision: number): KubeObject {
  if (
    old.metadata.resourceVersion !== wanted.metadata.resourceVersion ||
    old.metadata.uid !== wanted.metadata.uid
  ) {
    throw conflict(keyOf(old));
  }
  const { apiVersion, kind: _kind, metadata, ...content } = wanted;
  const hasChanged = !isSameJson(wishOf(old), wishOf(wanted));
  return {
    apiVersion,
    kind: old.kind,
    metadata: {
      ...changedMetadata(old.metadata, metadata),
      resourceVersion: String(revision),
      generation: old.metadata.generation + (hasChanged ? 1 : 0),
    },
    ...content,
  };
}

/** Returns the metadata that is wanted, except for what only the store sets. */
function changedMetadata(old: ObjectMeta, wanted: ObjectMeta): ObjectMeta {
  const { deletionTimestamp: _forged, ...changed } = wanted;
  const { name, namespace, uid, creationTimestamp, deletionTimestamp } = old;
  return {
    ...changed,
    // A merge patch can remove them, which empties them.
    labels: changed.labels ?? {},
    annotations: changed.annotations ?? {},
    finalizers: changed.finalizers ?? [],
    ...{ name, namespace, uid, creationTimestamp },
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  };
}

/** Returns everything but metadata and status. */
const wishOf = ({
  apiVersion: _version,
  metadata: _metadata,
  status: _status,
  ...wish
}: KubeObject): unknown => wish;

export function renamed(old: KubeObject, name: string, revision: number): KubeObject {
  return { ...old, metadata: { ...old.metadata, name, resourceVersion: String(revision) } };
}

export const withRevision = (object: KubeObject, resourceVersion: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
});

/**
 * Returns the object as it is being deleted.
 * @throws CodedError CONFLICT if its version is not the expected one
 */
export function markedDeleted(
  old: KubeObject,
  revision: number,
  now: string,
  expected = old.metadata.resourceVersion,
): KubeObject {
  if (expected !== old.metadata.resourceVersion) throw conflict(keyOf(old));
  return {
    ...old,
    metadata: {
      ...old.metadata,
      resourceVersion: String(revision),
      deletionTimestamp: old.metadata.deletionTimestamp ?? now,
    },
  };
}

/** Tells whether an object is being deleted and has no finalizers left. */
export function isGone(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers } = object.metadata;
  return deletionTimestamp !== undefined && finalizers.length === 0 && finalizersInSpec(object).length === 0;
}

/** Those who must clean up before a Namespace is removed are named in its spec, as in Kubernetes. */
function finalizersInSpec({ apiVersion, kind, spec }: KubeObject): readonly unknown[] {
  if (apiVersion !== 'v1' || kind !== 'Namespace') return [];
  return (spec as { readonly finalizers?: readonly unknown[] } | undefined)?.finalizers ?? [];
}

/**
 * Returns the object after a patch.
 * @throws CodedError CONFLICT
 */
export function patched(old: KubeObject, patch: ObjectPatch, revision: number): KubeObject {
  const { apiVersion, kind } = old;
  return updated(old, mergePatch(old, { ...patch, apiVersion, kind }) as KubeObject, revision);
}

export function matches(object: KubeObject, { namespace, labels = {}, fields = {} }: Selector = {}): boolean {
  const { metadata } = object;
  return (
    (namespace === undefined || metadata.namespace === namespace) &&
    Object.entries(labels).every(([key, value]) => metadata.labels[key] === value) &&
    Object.entries(fields).every(([path, value]) => fieldText(object, path) === value)
  );
}

/** Returns the text of a string, number or boolean, or `undefined` for anything else. */
function fieldText(object: unknown, path: string): string | undefined {
  let at = object;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? String(at) : undefined;
}

/** Compares objects of a kind for the order in which they are listed: by namespace, then by name. */
export const inOrder = ({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number =>
  compare(a.namespace, b.namespace) || compare(a.name, b.name);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
