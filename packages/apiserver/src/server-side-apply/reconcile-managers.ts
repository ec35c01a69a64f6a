import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type Comparison, compare } from './fields/compare.ts';
import { type Conflict } from './conflicts.ts';
import { difference, intersection, isEmpty, union } from './fields/field-set.ts';
import { fittedTo } from './fields/field-set-of.ts';
import type { Manager } from './managers.ts';
import type { ConvertTo } from './typed-object.ts';

/** Returns the managers without those of versions that are gone, and with their fields as the schemas are now. */
export const fittedManagers = (
  managers: readonly Manager[],
  live: KubeObject,
  convertTo: ConvertTo,
): readonly Manager[] =>
  managers.flatMap((manager) => {
    const typed = convertTo(live, manager.apiVersion);
    return typed ? [{ ...manager, fields: fittedTo(manager.fields, typed.object, typed.schema) }] : [];
  });

/**
 * Returns the managers of an object after others than they have changed it, who lose what was changed and what is
 * gone, and the conflicts: what they have lost by a change.
 */
export function managersAfterChange(
  others: readonly Manager[],
  change: { readonly live: KubeObject; readonly next: KubeObject },
  convertTo: ConvertTo,
): { readonly managers: readonly Manager[]; readonly conflicts: readonly Conflict[] } {
  const comparisons = new Map<string, Comparison>();
  const comparisonIn = (apiVersion: string): Comparison => {
    const known = comparisons.get(apiVersion) ?? comparedIn(apiVersion, change, convertTo);
    comparisons.set(apiVersion, known);
    return known;
  };
  const lost = others.map((manager) => {
    const { added, modified, removed } = comparisonIn(manager.apiVersion);
    return { manager, fields: intersection(manager.fields, union(modified, added)), removed };
  });
  return {
    managers: lost.map(({ manager, fields, removed }) => ({
      ...manager,
      fields: difference(difference(manager.fields, fields), removed),
    })),
    conflicts: lost.filter(({ fields }) => !isEmpty(fields)),
  };
}

function comparedIn(
  apiVersion: string,
  { live, next }: { readonly live: KubeObject; readonly next: KubeObject },
  convertTo: ConvertTo,
): Comparison {
  const before = convertTo(live, apiVersion);
  return compare(before?.object, convertTo(next, apiVersion)?.object, before?.schema);
}
