import { recordResources, resources } from '@ignite/api/resources';
import { group } from '@ignite/api/v1/group';
import { contractVersion } from '@ignite/cluster/contract/groups';
import { clusterResources } from '@ignite/cluster/kinds/resources';
import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type { CodedError } from '@ignite/toolkit/errors/coded-error';
import type { GroupKind } from '@ignite/toolkit/object/group-kind';
import type { ObjectKey } from '@ignite/toolkit/object/object-key';
import { type Resource, resourceNamed } from '@ignite/toolkit/scheme/resource';
import { nearest } from '@ignite/toolkit/text/nearest';
import { allKinds } from '../../arguments/listed-kinds.ts';
import { usageError } from '../../arguments/usage-error.ts';

const declared: readonly Resource[] = [...resources, ...recordResources];

/**
 * `vm`, `VMs`, `gitsources`, `vol`…
 * @param among the kinds that are meant; by default those of which there are manifests here
 * @throws CodedError USAGE_INVALID
 */
export function parseKind(text: string, among = declared): Resource {
  const found = resourceNamed(text, among);
  if (found) return found;
  if (resourceNamed(text, clusterResources))
    throw usageError(
      `${text}: objects of clusters are not declared by this command`,
      'use "ignite cluster", or kubectl with "ignite daemon --api --clusters"',
    );
  throw unknownKind(text);
}

/** Tells whether a kind is one of clusters. */
export const isOfClusters = (kind: string): boolean => clusterResources.some((each) => each.kind === kind);

/** Returns the kind with its group, as the store has it. */
export const groupKind = (kind: string): GroupKind => ({
  group: allKinds.find((resource) => resource.kind === kind)?.group ?? group,
  kind,
});

/** Returns the objects of a kind as the API has them. */
export function apiResource(kind: string): GroupVersionResource & Pick<Resource, 'scope'> {
  const { group, plural, scope } = allKinds.find((resource) => resource.kind === kind)!;
  return { group, version: isOfClusters(kind) ? contractVersion : 'v1', resource: plural, scope };
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
export function parseKey(text: string, among = declared): ObjectKey {
  const [kind = '', ...path] = text.split('/');
  const [name = '', namespace = 'default', ...more] = path.toReversed();
  if (name === '' || namespace === '' || more.length > 0)
    throw usageError(`not an object: "${text}"`, 'use KIND/NAME, such as vm/web');
  return { kind: parseKind(kind, among).kind, namespace, name };
}
