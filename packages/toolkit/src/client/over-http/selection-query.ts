import { formatFieldSelector } from '../field-selector.ts';
import { formatLabelSelector } from '../label-selector.ts';
import type { Selection } from '../object-client.ts';

/** Pure. Returns the part of a query that selects objects within a namespace. */
export function selectionQuery({ labels = [], fields = [] }: Selection): URLSearchParams {
  return new URLSearchParams({
    ...(labels.length > 0 && { labelSelector: formatLabelSelector(labels) }),
    ...(fields.length > 0 && { fieldSelector: formatFieldSelector(fields) }),
  });
}
