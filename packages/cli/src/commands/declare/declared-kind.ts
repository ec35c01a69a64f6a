import { recordResources, resources } from '@ignite/api/resources';
import { group } from '@ignite/api/v1/group';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { GroupKind } from '@ignite/toolkit/object/group-kind';
import type { ObjectKey } from '@ignite/toolkit/object/object-key';
import { type Resource, resourceNamed } from '@ignite/toolkit/scheme/resource';
import { nearest } from '@ignite/toolkit/text/nearest';
import { usageError } from '../../arguments/usage-error.ts';

const all = [...resources, ...recordResources];

/** `vm`, `VMs`, `gitsources`, `vol`… @throws CodedError USAGE_INVALID */
export function parseKind(text: string): (typeof all)[number] {
  const found = resourceNamed(text, all);
  if (found) return found;
  throw unknownKind(text);
}

/** Returns the kind with its group, as the store has it. */
export const groupKind = (kind: string): GroupKind => ({
  group: all.find((resource) => resource.kind === kind)?.group ?? group,
  kind,
});

/** Returns the objects of a kind as the API has them. All kinds have the version v1. */
export function apiResource(kind: string): GroupVersionResource & Pick<Resource, 'scope'> {
  const { group, plural, scope } = all.find((resource) => resource.kind === kind)!;
  return { group, version: 'v1', resource: plural, scope };
}

export function unknownKind(text: string): CodedError {
  const names = resources.map(({ kind }) => kind.toLowerCase());
  const meant = nearest(text.toLowerCase(), names);
  return usageError(
    `unknown kind "${text}"`,
    meant ? `did you mean "${meant}"?` : `use one of ${names.join(', ')}`,
  );
}

/** `vm/web`, or `vm/prod/web` in another namespace than the default one. @throws CodedError USAGE_INVALID */
export function parseKey(text: string): ObjectKey {
  const [kind = '', ...path] = text.split('/');
  const [name = '', namespace = 'default', ...more] = path.toReversed();
  if (name === '' || namespace === '' || more.length > 0)
    throw usageError(`not an object: "${text}"`, 'use KIND/NAME, such as vm/web');
  return { kind: parseKind(kind).kind, namespace, name };
}
