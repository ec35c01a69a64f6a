import type { KubeObject, OwnerReference } from '../../object/kube-object.ts';
import { isDnsLabel, isPathSegment } from '../../object/name.ts';
import type { NameRule } from '../../scheme/strategy.ts';
import type { ErrorCause } from '../object-error.ts';
import { metadataTypeProblems } from './metadata-type-problems.ts';

const dnsSubdomain = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const labelName = /^([A-Za-z0-9]([\w.-]*[A-Za-z0-9])?)$/;
const longestSubdomain = 253;
const longestLabel = 63;

/** Pure. Returns all that is wrong with the metadata of an object, or with a change of it. */
export function metadataProblems(
  { metadata }: KubeObject,
  old: KubeObject | undefined,
  names: NameRule = 'DnsSubdomain',
): readonly ErrorCause[] {
  const wrongTypes = metadataTypeProblems(metadata);
  if (wrongTypes.length > 0) return wrongTypes;
  const { name, labels, annotations, finalizers, ownerReferences = [] } = metadata;
  return [
    ...nameProblems(name, names),
    ...Object.entries(labels).flatMap(([key, value]) => labelProblems(key, value)),
    ...Object.keys(annotations).flatMap((key) => qualifiedNameProblems('metadata.annotations', key)),
    ...finalizers.flatMap((finalizer) => qualifiedNameProblems('metadata.finalizers', finalizer)),
    ...ownerProblems(ownerReferences),
    ...(old?.metadata.deletionTimestamp === undefined
      ? []
      : addedFinalizerProblems(finalizers, old.metadata.finalizers)),
  ];
}

function nameProblems(name: string, rule: NameRule): readonly ErrorCause[] {
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  const { isMet, says } = nameRules[rule];
  return isMet(name) ? [] : [wrong('metadata.name', `"${name}" ${says}`)];
}

function labelProblems(key: string, value: string): readonly ErrorCause[] {
  const isSound = value === '' || (value.length <= longestLabel && labelName.test(value));
  return [
    ...qualifiedNameProblems('metadata.labels', key),
    ...(isSound ? [] : [wrong('metadata.labels', `"${value}" cannot be the value of a label`)]),
  ];
}

/** A qualified name is a name of up to 63 characters, before which a domain and a slash may stand. */
function qualifiedNameProblems(field: string, text: string): readonly ErrorCause[] {
  const [name = '', domain, ...more] = text.split('/').toReversed();
  const isSound =
    more.length === 0 &&
    (domain === undefined || isSubdomain(domain)) &&
    name.length <= longestLabel &&
    labelName.test(name);
  return isSound ? [] : [wrong(field, `"${text}" is not a name after an optional domain and a slash`)];
}

function ownerProblems(owners: readonly OwnerReference[]): readonly ErrorCause[] {
  const absent = owners.flatMap((owner, at) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((field) => !owner[field])
      .map((field) => wrong(`metadata.ownerReferences[${at}].${field}`, `${field} must not be empty`)),
  );
  const controllers = owners.filter(({ controller }) => controller === true);
  return controllers.length > 1
    ? [...absent, wrong('metadata.ownerReferences', 'only one owner can be the controller')]
    : absent;
}

function addedFinalizerProblems(now: readonly string[], before: readonly string[]): readonly ErrorCause[] {
  const added = now.filter((finalizer) => !before.includes(finalizer));
  if (added.length === 0) return [];
  const message = `no finalizer can be added while the object is being deleted: ${added.join(', ')}`;
  return [{ field: 'metadata.finalizers', reason: 'FieldValueForbidden', message }];
}

const isSubdomain = (text: string): boolean => text.length <= longestSubdomain && dnsSubdomain.test(text);

const nameRules = {
  DnsSubdomain: { isMet: isSubdomain, says: 'must be lower-case letters, digits, "-" and "."' },
  DnsLabel: { isMet: isDnsLabel, says: 'must be at most 63 lower-case letters, digits and "-"' },
  PathSegment: { isMet: isPathSegment, says: 'must not contain "/" or "%", nor be "." or ".."' },
} as const satisfies Record<NameRule, object>;

const required = (field: string, message: string): ErrorCause => ({
  field,
  reason: 'FieldValueRequired',
  message,
});

const wrong = (field: string, message: string): ErrorCause => ({
  field,
  reason: 'FieldValueInvalid',
  message,
});
