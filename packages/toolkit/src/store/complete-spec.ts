import * as v from 'valibot';
import type { KubeObject } from '../object/kube-object.ts';

/**
 * Returns a function that adds the defaults of a schema to the spec of a stored object. A spec that the
 * schema refuses is left as it is: it is stored, and someone must be able to mend it.
 */
export function completeSpec(schema: v.GenericSchema): (stored: KubeObject) => KubeObject {
  return (stored) => {
    const { success, output } = v.safeParse(schema, stored.spec);
    return success ? { ...stored, spec: output } : stored;
  };
}
