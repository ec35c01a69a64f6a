import type { KubeObject } from '../../object/kube-object.ts';

/** How objects of a kind become objects of its other versions. */
export interface Conversion {
  /** The group and version that is stored. */
  readonly storedAs: string;
  /** Returns objects, none of which is of that version yet, in a version. */
  readonly convert: (
    objects: readonly KubeObject[],
    apiVersion: string,
    signal: AbortSignal | undefined,
  ) => Promise<readonly KubeObject[]>;
}
