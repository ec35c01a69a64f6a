import { diffFields, valueAt } from '../diff/field-change.ts';
import type { Kind } from './kind.ts';

/** What happens to objects of a kind when they are created and updated, besides validation. */
export interface Strategy {
  /** Returns an object as it is stored, before its status is set. */
  prepare?(object: object): object;
  /** The status of a new object. */
  readonly initialStatus?: unknown;
  /** The fields that no update may change, as JSON pointers such as `/spec/image`. */
  readonly immutable?: readonly string[];
  /** Returns what else is wrong with an update of a valid object to another one. */
  problemsOfUpdate?(old: object, next: object): readonly UpdateProblem[];
}

export interface UpdateProblem {
  /** The JSON pointer of the field. */
  readonly path: string;
  readonly message: string;
}

const hasStatus = ({ subresources = [] }: Kind): boolean => subresources.includes('status');

const prepared = (object: object, { strategy }: Kind): object => strategy?.prepare?.(object) ?? object;

/** Pure. Returns an object as it is stored at first. Its status is that of the kind, whatever was written. */
export const preparedForCreate = (object: object, kind: Kind): object => ({
  ...prepared(object, kind),
  ...(hasStatus(kind) && { status: kind.strategy?.initialStatus ?? {} }),
});

/** Pure. Returns an object as an update stores it. Its status stays, since only a controller writes it. */
export const preparedForUpdate = (old: { readonly status?: unknown }, next: object, kind: Kind): object => ({
  ...prepared(next, kind),
  ...(hasStatus(kind) && { status: old.status }),
});

/** Pure. Returns everything for which an update is refused, although both objects are valid. */
export function problemsOfUpdate(old: object, next: object, { strategy }: Kind): readonly UpdateProblem[] {
  return [
    ...(strategy?.immutable ?? [])
      .filter((field) => diffFields(valueAt(old, field), valueAt(next, field)).length > 0)
      .map((path) => ({ path, message: 'cannot be changed once the object exists' })),
    ...(strategy?.problemsOfUpdate?.(old, next) ?? []),
  ];
}
