import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { labels } from './names.ts';

/** Pure. Tells by its label whether a Machine, or what belongs to one, is of the control plane of its cluster. */
export const isOfControlPlane = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
  Object.hasOwn(metadata.labels, labels.controlPlane);
