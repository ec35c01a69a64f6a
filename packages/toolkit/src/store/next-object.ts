import { isDeepStrictEqual } from 'node:util';
import type { ApiObject } from '../object/meta.ts';
import { type Key, type NewObject, conflict } from './store.ts';

/** Pure rules that every store shares: what an object becomes by a write. */

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
      creationTimestamp: now,
    },
    spec: object.spec,
    status: object.status,
  };
}

/** @throws CodedError CONFLICT */
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

/** An object that is being deleted and that nobody must clean up after any more. */
export function isGone(object: ApiObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && object.metadata.finalizers.length === 0;
}

export function matchesLabels(
  object: ApiObject,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  return Object.entries(labels ?? {}).every(([key, value]) => object.metadata.labels[key] === value);
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
