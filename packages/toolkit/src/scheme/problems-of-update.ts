import { diffFields, valueAt } from '../diff/field-change.ts';
import type { Kind } from './kind.ts';
import type { UpdateProblem } from './strategy.ts';

/** Pure. Returns everything for which an update is refused, although both objects are valid. */
export function problemsOfUpdate(old: object, next: object, { strategy }: Kind): readonly UpdateProblem[] {
  return [
    ...(strategy?.immutable ?? [])
      .filter((field) => diffFields(valueAt(old, field), valueAt(next, field)).length > 0)
      .map((path) => ({ path, message: 'cannot be changed once the object exists' })),
    ...(strategy?.problemsOfUpdate?.(old, next) ?? []),
  ];
}
