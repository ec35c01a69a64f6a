import { diffFields } from '../diff/field-change.ts';
import type { UpdateProblem } from '../scheme/strategy.ts';

interface HoldsData {
  readonly data?: unknown;
  readonly binaryData?: unknown;
  readonly immutable?: boolean;
}

/** Pure. Refuses updates of a Secret or ConfigMap that is marked as immutable. The mark itself stays, too. */
export function problemsOfImmutable(old: HoldsData, next: HoldsData): readonly UpdateProblem[] {
  if (old.immutable !== true) return [];
  return (['data', 'binaryData', 'immutable'] as const)
    .filter((field) => diffFields(old[field], next[field]).length > 0)
    .map((field) => ({ path: `/${field}`, message: 'cannot be changed: the object is immutable' }));
}
