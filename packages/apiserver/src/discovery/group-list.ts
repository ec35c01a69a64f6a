import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { ServedResource } from '../resource/served-resource.ts';
import { inVersionOrder } from '../resource/version-order.ts';

/** A group with its versions, the preferred one first. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly ServedGroupVersion[];
}

interface ServedGroupVersion {
  readonly version: string;
  readonly groupVersion: string;
  readonly resources: readonly ServedResource[];
}

/** Pure. Returns the groups of the kinds that are served, in the order of the kinds. */
export function servedGroups(resources: readonly ServedResource[]): readonly ServedGroup[] {
  return [...Map.groupBy(resources, ({ group }) => group)].map(([name, ofGroup]) => ({
    name,
    versions: [...Map.groupBy(ofGroup, ({ version }) => version)]
      .map(([version, ofVersion]) => ({
        version,
        groupVersion: apiVersionOf(ofVersion[0]!),
        resources: ofVersion,
      }))
      .toSorted((a, b) => inVersionOrder(a.version, b.version)),
  }));
}

/** Pure. Returns the versions of the core group (Kubernetes: APIVersions). */
export const coreVersions = (groups: readonly ServedGroup[]): object => ({
  kind: 'APIVersions',
  versions: groups
    .filter(({ name }) => name === '')
    .flatMap(({ versions }) => versions.map(({ version }) => version)),
  serverAddressByClientCIDRs: [],
});

/** Pure. Returns all groups but the core (Kubernetes: APIGroupList). */
export const groupList = (groups: readonly ServedGroup[]): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups.filter(({ name }) => name !== '').map(groupEntry),
});

/** Pure. Returns one group (Kubernetes: APIGroup). */
export const apiGroup = (group: ServedGroup): object => ({
  kind: 'APIGroup',
  apiVersion: 'v1',
  ...groupEntry(group),
});

function groupEntry({ name, versions }: ServedGroup): object {
  const all = versions.map(({ version, groupVersion }) => ({ groupVersion, version }));
  return { name, versions: all, preferredVersion: all[0] };
}
