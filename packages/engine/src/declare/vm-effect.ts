import type { Effect } from '@ignite/toolkit/gitops/actuator';
import { type FieldChange, isWithin } from '@ignite/toolkit/diff/field-change';

/**
 * What changing a field of a VM does to it: the first that it is within says. A field that is not listed needs a new VM
 * in the place of the old.
 */
const table: readonly (readonly [string, Effect])[] = [
  ['/metadata', 'live'],
  ['/spec/power', 'live'],
  ['/spec/restartPolicy', 'live'],
  ['/spec/cpus', 'restart'],
  ['/spec/machine', 'restart'],
  ['/spec/memory', 'restart'],
  ['/spec/kernel', 'restart'],
  ['/spec/network/ports', 'live'],
  ['/spec/network', 'restart'],
  ['/spec/storage', 'restart'],
  ['/spec/ssh', 'restart'],
  ['/spec/copyFiles', 'restart'],
  ['/spec/command', 'restart'],
  ['/spec/sandbox', 'restart'],
];

/** Pure. */
export function vmEffectOf(change: FieldChange): Effect {
  if (change.path === '/spec/diskSize') return diskEffectOf(change);
  return table.find(([field]) => isWithin(change.path, field))?.[1] ?? 'replace';
}

/** A disk that is gone is made anew at the next start, and one that shall be larger grows then; a smaller one is another. */
const diskEffectOf = ({ from, to }: FieldChange): Effect =>
  from === undefined || (typeof from === 'number' && typeof to === 'number' && to > from)
    ? 'restart'
    : 'replace';
