import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type FieldSet, difference, intersection, isEmpty, union } from './fields/field-set.ts';
import { fieldSetOf, withNamedFields } from './fields/field-set-of.ts';
import type { Manager } from './managers.ts';
import { withoutFields } from './fields/remove-fields.ts';
import type { ConvertTo, TypedObject } from './typed-object.ts';

/**
 * Returns an object without the fields that somebody applied the last time and does not apply any more, unless
 * another manager has them. `managers` are all there are now, the one who applies with what is applied now.
 */
export function prunedOf(
  merged: KubeObject,
  last: Manager | undefined,
  managers: readonly Manager[],
  convertTo: ConvertTo,
): KubeObject {
  const then = last && convertTo(merged, last.apiVersion);
  if (!then || isEmpty(last.fields)) return merged;
  const named = withNamedFields(last.fields, then.schema);
  const bare = removed(then, named);
  const owned = versionsOf(managers, last.apiVersion).reduce(
    (pruned, apiVersion) => withOwned(merged, pruned, { apiVersion, managers }, convertTo),
    bare,
  );
  const ownedThen = convertTo(owned, last.apiVersion)?.object ?? owned;
  const gone = difference(namedFieldsOf(then), namedFieldsOf({ ...then, object: ownedThen }));
  const pruned = removed(then, intersection(gone, named));
  return convertTo(pruned, merged.apiVersion)?.object ?? merged;
}

const removed = ({ object, schema }: TypedObject, fields: FieldSet): KubeObject =>
  withoutFields(object, fields, schema) as KubeObject;

const namedFieldsOf = ({ object, schema }: TypedObject): FieldSet =>
  withNamedFields(fieldSetOf(object, schema), schema);

/** Returns the versions that managers know the object in, one of them first. */
const versionsOf = (managers: readonly Manager[], first: string): readonly string[] => [
  ...new Set([first, ...managers.map(({ apiVersion }) => apiVersion)]),
];

/** Returns a pruned object with the fields that managers of a version have, as they are in the merged object. */
function withOwned(
  merged: KubeObject,
  pruned: KubeObject,
  { apiVersion, managers }: { readonly apiVersion: string; readonly managers: readonly Manager[] },
  convertTo: ConvertTo,
): KubeObject {
  const all = convertTo(merged, apiVersion);
  const left = convertTo(pruned, apiVersion);
  if (!all || !left) return pruned;
  const owned = managers
    .filter((manager) => manager.apiVersion === apiVersion)
    .map(({ fields }) => withNamedFields(fields, all.schema));
  return removed(all, difference(namedFieldsOf(all), owned.reduce(union, namedFieldsOf(left))));
}
