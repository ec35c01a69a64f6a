import type { KubeObject } from '../object/kube-object.ts';

/** Pure. Returns an object that an older program has stored in the form of today, or the same object. */
export type UpgradeObject = (object: KubeObject) => KubeObject;

/** The upgrade of a program whose objects have always had the form of today. */
export const asItIs: UpgradeObject = (object) => object;
