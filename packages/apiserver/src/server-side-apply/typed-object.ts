import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { Schema } from './fields/structure.ts';

/** An object in one of the versions of its kind, with the schema of that version. */
export interface TypedObject {
  readonly object: KubeObject;
  readonly schema: Schema;
}

/** Returns an object in another version of its kind, or `undefined` if the kind has no such version. */
export type ConvertTo = (object: KubeObject, apiVersion: string) => TypedObject | undefined;

/** Returns an object as managers see it: without managers, and without metadata that are empty. */
export function managedObject(object: KubeObject): KubeObject {
  const { managedFields: _managers, labels, annotations, finalizers, ...metadata } = object.metadata;
  const given = Object.entries({ labels, annotations, finalizers }).filter(
    // What is applied may lack any of them.
    ([, value]) => (value as object | undefined) !== undefined && Object.keys(value).length > 0,
  );
  return { ...object, metadata: { ...metadata, ...Object.fromEntries(given) } as KubeObject['metadata'] };
}

/** Returns an object of the same type that has no fields yet. */
export const emptyObject = ({ apiVersion, kind }: KubeObject): KubeObject =>
  ({ apiVersion, kind, metadata: {} }) as KubeObject;
