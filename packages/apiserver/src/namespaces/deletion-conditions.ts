import type { NamespaceCondition } from '@ignite/toolkit/core/resources/namespace';

/** Objects of a kind that a namespace still holds. */
export interface Remaining {
  /** The name of the kind, such as `vms.ignite.weave.works`. */
  readonly resource: string;
  readonly count: number;
  /** How many were created since the deletion began, which whoever made them must delete. */
  readonly later?: number;
  /** Those who must clean up before these are removed. */
  readonly finalizers: readonly string[];
}

type Told = Omit<NamespaceCondition, 'lastTransitionTime'>;

/** Pure. Returns the conditions of a namespace that is being deleted, as Kubernetes has them. */
export const deletionConditions = (
  remaining: readonly Remaining[],
  before: readonly NamespaceCondition[],
  now: string,
): readonly NamespaceCondition[] =>
  [contentCondition(remaining), finalizersCondition(remaining)].map((told) => {
    const known = before.find(({ type }) => type === told.type);
    const isSame = known?.status === told.status;
    return { ...told, lastTransitionTime: isSame ? known.lastTransitionTime : now };
  });

function contentCondition(remaining: readonly Remaining[]): Told {
  const type = 'NamespaceContentRemaining';
  if (remaining.length === 0)
    return { type, status: 'False', reason: 'ContentRemoved', message: 'All content successfully removed' };
  const kinds = remaining
    .map(
      ({ resource, count, later = 0 }) =>
        `${resource} has ${count} resource instances${later === 0 ? '' : ` (${later} created since the deletion began, which must be deleted by themselves)`}`,
    )
    .toSorted();
  return {
    type,
    status: 'True',
    reason: 'SomeResourcesRemain',
    message: `Some resources are remaining: ${kinds.join(', ')}`,
  };
}

function finalizersCondition(remaining: readonly Remaining[]): Told {
  const type = 'NamespaceFinalizersRemaining';
  const counts = Map.groupBy(
    remaining.flatMap(({ finalizers }) => finalizers),
    (each) => each,
  );
  if (counts.size === 0)
    return {
      type,
      status: 'False',
      reason: 'ContentHasNoFinalizers',
      message: 'All content-preserving finalizers finished',
    };
  const names = [...counts].map(([name, all]) => `${name} in ${all.length} resource instances`).toSorted();
  return {
    type,
    status: 'True',
    reason: 'SomeFinalizersRemain',
    message: `Some content in the namespace has finalizers remaining: ${names.join(', ')}`,
  };
}
