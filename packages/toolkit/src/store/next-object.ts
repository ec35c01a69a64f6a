import { isDeepStrictEqual } from 'node:util';
import type { ApiObject } from '../object/meta.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { type Key, type NewObject, type ObjectPatch, type Selector, conflict } from './store.ts';

/** The pure rules that every store shares: how a write changes an object. */

export const keyOf = (object: {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
}): Required<Key> => ({
  kind: object.kind,
  namespace: object.metadata.namespace ?? 'default',
  name: object.metadata.name,
});

export function created(object: NewObject, revision: number, now: string): ApiObject {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      namespace: 'default',
      labels: {},
      annotations: {},
      finalizers: [],
      ...object.metadata,
      resourceVersion: String(revision),
      generation: 1,
      creationTimestamp: object.metadata.creationTimestamp ?? now,
    },
    spec: object.spec,
    status: object.status,
  };
}

/**
 * Returns the object after an update.
 * @throws CodedError CONFLICT
 */
export function updated(old: ApiObject, wanted: ApiObject, revision: number): ApiObject {
  if (
    old.metadata.resourceVersion !== wanted.metadata.resourceVersion ||
    old.metadata.uid !== wanted.metadata.uid
  ) {
    throw conflict(keyOf(old));
  }
  const specChanged = !isDeepStrictEqual(plain(old.spec), plain(wanted.spec));
  const { labels, annotations, finalizers } = wanted.metadata;
  return {
    apiVersion: wanted.apiVersion,
    kind: old.kind,
    metadata: {
      ...old.metadata,
      labels,
      annotations,
      finalizers,
      resourceVersion: String(revision),
      generation: old.metadata.generation + (specChanged ? 1 : 0),
    },
    spec: wanted.spec,
    status: wanted.status,
  };
}

export function renamed(old: ApiObject, name: string, revision: number): ApiObject {
  return { ...old, metadata: { ...old.metadata, name, resourceVersion: String(revision) } };
}

export function markedDeleted(old: ApiObject, revision: number, now: string): ApiObject {
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
export function isGone(object: ApiObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers.length === 0;
}

/**
 * Returns the object after a patch.
 * @throws CodedError CONFLICT
 */
export function patched(old: ApiObject, patch: ObjectPatch, revision: number): ApiObject {
  const { metadata = {}, ...parts } = patch;
  const { resourceVersion = old.metadata.resourceVersion, labels, annotations, finalizers } = metadata;
  const wanted = mergePatch(old, {
    ...('spec' in parts && { spec: parts.spec }),
    ...('status' in parts && { status: parts.status }),
    metadata: {
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
    },
  }) as ApiObject;
  return updated(old, { ...wanted, metadata: { ...wanted.metadata, resourceVersion } }, revision);
}

export function matches(object: ApiObject, { labels = {}, fields = {} }: Selector = {}): boolean {
  return (
    Object.entries(labels).every(([key, value]) => object.metadata.labels[key] === value) &&
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

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
