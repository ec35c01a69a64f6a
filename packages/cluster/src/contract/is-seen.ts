import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** Pure. Tells whether what is said of an object is of its newest wish: its controller, or its host, has looked at it since it was last changed. */
export const isSeen = ({ metadata, status }: Pick<KubeObject, 'metadata' | 'status'>): boolean =>
  ((status ?? {}) as { readonly observedGeneration?: number }).observedGeneration === metadata.generation;
