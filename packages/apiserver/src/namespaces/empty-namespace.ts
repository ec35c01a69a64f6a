import { vmResource } from '@ignite/api/v1/resources/vm';
import { snapshotResource } from '@ignite/api/v1/resources/snapshot';
import { volumeResource } from '@ignite/api/v1/resources/volume';
import { type GroupVersionResource, resourceName } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { type EventObject, isOfRemovedVm } from '@ignite/toolkit/core/resources/event';
import type { Namespace } from '@ignite/toolkit/core/resources/namespace';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { deleteSeen } from '@ignite/toolkit/client/delete-seen';
import type { ServedResource } from '../resource/served-resource.ts';
import type { Remaining } from './deletion-conditions.ts';

/** A kind whose objects are in the store, in one of its versions. */
export type StoredKind = GroupVersionResource & Pick<ServedResource, 'isNamespaced'>;

export interface Emptying {
  readonly client: ObjectClient;
  /** The kinds whose objects are in the store, each in one version. */
  readonly resources: readonly StoredKind[];
}

/** The kinds of which nothing is deleted that was created since the deletion began: nobody has meant that to go. */
const preciousKinds: readonly string[] = [vmResource, volumeResource, snapshotResource].map(
  ({ group, plural }) => resourceName({ group, resource: plural }),
);

/** Deletes all objects in a namespace, and returns what remains since somebody must clean up first. */
export async function emptyNamespace(
  { metadata: { name, deletionTimestamp: since } }: Namespace,
  { client, resources }: Emptying,
  signal: AbortSignal,
): Promise<readonly Remaining[]> {
  const remaining: Remaining[] = [];
  for (const resource of resources) {
    if (!resource.isNamespaced) continue;
    const found = await client.list(resource, { namespace: name, signal });
    const items = found.items.filter((object) => !isRecordOfRemoval(object));
    const isLater = (object: KubeObject): boolean =>
      preciousKinds.includes(resourceName(resource)) && isCreatedAfter(object, since);
    for (const object of items) {
      if (object.metadata.deletionTimestamp !== undefined || isLater(object)) continue;
      await deleteSeen(client, resource, object, { signal });
    }
    if (items.length === 0) continue;
    const { items: all } = await client.list(resource, { namespace: name, signal });
    const left = all.filter((object) => !isRecordOfRemoval(object));
    if (left.length > 0) remaining.push(remainingOf(resource, left, left.filter(isLater).length));
  }
  return remaining;
}

/** Events of removed VMs outlive their namespace, and end like others. */
const isRecordOfRemoval = (object: KubeObject): boolean =>
  object.kind === 'Event' && isOfRemovedVm(object as EventObject);

const isCreatedAfter = (
  { metadata: { creationTimestamp } }: KubeObject,
  since = creationTimestamp,
): boolean => Date.parse(creationTimestamp) > Date.parse(since);

const remainingOf = (resource: StoredKind, items: readonly KubeObject[], later: number): Remaining => ({
  resource: resourceName(resource),
  count: items.length,
  ...(later > 0 && { later }),
  finalizers: items.flatMap(({ metadata }) => metadata.finalizers),
});
