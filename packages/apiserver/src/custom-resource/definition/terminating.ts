import { type NewCondition, withCondition } from '@ignite/toolkit/object/condition';
import type { CustomResourceDefinition } from './definition.ts';

/** The finalizer of a definition whose objects are deleted first. */
const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Pure. Tells whether a definition is being deleted, and its objects are to be deleted before it. */
export const isTerminating = ({ metadata }: Pick<CustomResourceDefinition, 'metadata'>): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.finalizers.includes(cleanupFinalizer);

/** Pure. Returns a definition as it is when its deletion begins. */
export function terminating(definition: CustomResourceDefinition, now: string): CustomResourceDefinition {
  const { metadata, status } = definition;
  const { finalizers } = metadata;
  return {
    ...definition,
    metadata: {
      ...metadata,
      finalizers: finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer],
    },
    status: { ...status, conditions: withCondition(status?.conditions ?? [], inProgress(metadata), now) },
  };
}

const inProgress = ({ generation }: CustomResourceDefinition['metadata']): NewCondition => ({
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionInProgress',
  message: 'CustomResource deletion is in progress',
  observedGeneration: generation,
});

/** Pure. Returns a definition of whose kind there are no objects any more. */
export const cleanedUp = (definition: CustomResourceDefinition): CustomResourceDefinition => ({
  ...definition,
  metadata: {
    ...definition.metadata,
    finalizers: definition.metadata.finalizers.filter((each) => each !== cleanupFinalizer),
  },
});
