import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { compare } from './fields/compare.ts';
import { isEmpty, noFields, union } from './fields/field-set.ts';
import { type Manager, isReset, isSameManager, managedPart, managersOf, withManagers } from './managers.ts';
import { fittedManagers, managersAfterChange } from './reconcile-managers.ts';
import { type ConvertTo, emptyObject, managedObject } from './typed-object.ts';

/** Who writes an object otherwise than by applying it. */
export interface UpdateSettings {
  readonly manager: string;
  /** The part of the object that is written; empty for the object itself. */
  readonly subresource: string;
  /** The present (RFC 3339). */
  readonly time?: string;
  readonly convertTo: ConvertTo;
}

/** How many managers by updates an object has at most. The oldest others become one. */
const mostUpdaters = 10;
const ancient = 'ancient-changes';

/**
 * Returns an object after a write, complete with its defaults, with its managers in the metadata: whoever writes
 * manages what differs from the object before, and others lose it. Only writes of the object itself can change
 * managers otherwise.
 */
export function updateManagers(
  live: KubeObject | undefined,
  written: KubeObject,
  settings: UpdateSettings,
): KubeObject {
  const { manager, subresource, time, convertTo } = settings;
  const { apiVersion } = written;
  const next = managedObject(written);
  const base = live ? managedObject(live) : emptyObject(written);
  const known = fittedManagers(managersBefore(live, written, subresource), base, convertTo);
  const { managers } = managersAfterChange(known, { live: base, next }, convertTo);
  const { added, modified } = compare(base, next, convertTo(next, apiVersion)?.schema);
  const fields = managedPart(union(added, modified));
  if (isEmpty(fields)) return withManagers(written, managers);
  const self: Manager = {
    ...{ manager, operation: 'Update', apiVersion, subresource, fields },
    ...(time !== undefined && { time }),
  };
  const previous = managers.find((each) => isSameManager(each, self))?.fields ?? noFields;
  const others = managers.filter((each) => !isSameManager(each, self));
  return withManagers(written, capped([...others, { ...self, fields: union(previous, fields) }]));
}

function managersBefore(
  live: KubeObject | undefined,
  written: KubeObject,
  subresource: string,
): readonly Manager[] {
  const isGiven = subresource === '';
  if (isGiven && isReset(written.metadata)) return [];
  const given = isGiven ? managersOf(written.metadata) : [];
  return given.length > 0 || !live ? given : managersOf(live.metadata);
}

/** Returns managers of which not too many have updated the object: the oldest ones of a version become one. */
function capped(managers: readonly Manager[]): readonly Manager[] {
  const updaters = managers
    .filter(({ operation }) => operation === 'Update')
    .toSorted((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1));
  if (updaters.length <= mostUpdaters) return managers;
  const { apiVersion } = updaters[0]!;
  const old = updaters
    .filter((each) => each.apiVersion === apiVersion)
    .slice(0, updaters.length - mostUpdaters + 1);
  if (old.length < 2) return managers;
  const { time, subresource } = old.at(-1)!;
  const together: Manager = {
    ...{ manager: ancient, operation: 'Update', apiVersion, subresource },
    ...(time !== undefined && { time }),
    fields: old.map(({ fields }) => fields).reduce(union),
  };
  return [...managers.filter((each) => !old.includes(each)), together];
}
