import * as v from 'valibot';
import { type GroupKind, groupKindOf } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';

/** A kind whose objects are given their type where they come out of a store. */
export interface ObjectKind<T extends KubeObject> extends GroupKind {
  /** The group and version that is stored. */
  readonly apiVersion: string;
  /** Pure. Returns a stored object with the fields and defaults of the type. */
  readonly decode: (stored: KubeObject) => T;
}

/**
 * Returns a kind by its hub version. The schema of its spec, if it has one, fills in what an older program
 * has not stored.
 */
export function objectKind<T extends KubeObject>(hub: {
  readonly apiVersion: string;
  readonly kind: T['kind'];
  readonly spec?: v.GenericSchema<unknown, T['spec']>;
}): ObjectKind<T> {
  const { apiVersion, spec } = hub;
  return { ...groupKindOf(hub), apiVersion, decode: (stored) => withDefaults(stored, spec) as T };
}

/** A spec that the schema refuses is left as it is: it is stored, and someone must be able to mend it. */
function withDefaults(stored: KubeObject, schema: v.GenericSchema | undefined): KubeObject {
  if (!schema) return stored;
  const { success, output } = v.safeParse(schema, stored.spec);
  return success ? { ...stored, spec: output } : stored;
}
