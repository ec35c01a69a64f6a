import { resourceName } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';
import type { Remaining } from './deletion-conditions.ts';

export interface Emptying {
  readonly client: ObjectClient;
  /** The kinds whose objects are in the store. */
  readonly resources: readonly ServedResource[];
}

/** Deletes all objects in a namespace, and returns what remains since somebody must clean up first. */
export async function emptyNamespace(
  name: string,
  { client, resources }: Emptying,
  signal: AbortSignal,
): Promise<readonly Remaining[]> {
  const remaining: Remaining[] = [];
  for (const resource of kindsInNamespaces(resources)) {
    const { items } = await client.list(resource, { namespace: name, signal });
    for (const { metadata } of items) {
      if (metadata.deletionTimestamp !== undefined) continue;
      const { uid, name: object } = metadata;
      await client
        .delete({ ...resource, namespace: name, name: object }, { preconditions: { uid }, signal })
        .catch(unlessGone);
    }
    if (items.length === 0) continue;
    const left = await client.list(resource, { namespace: name, signal });
    if (left.items.length > 0) remaining.push(remainingOf(resource, left.items));
  }
  return remaining;
}

/** A kind that is served in several versions is listed once. */
const kindsInNamespaces = (resources: readonly ServedResource[]): readonly ServedResource[] => [
  ...new Map(
    resources.filter(({ isNamespaced }) => isNamespaced).map((each) => [resourceName(each), each]),
  ).values(),
];

const remainingOf = (resource: ServedResource, items: readonly KubeObject[]): Remaining => ({
  resource: resourceName(resource),
  count: items.length,
  finalizers: items.flatMap(({ metadata }) => metadata.finalizers),
});

/** Someone else may delete an object first, or put another one in its place. */
function unlessGone(failure: unknown): void {
  if (!hasCode(failure, 'NOT_FOUND') && !hasCode(failure, 'CONFLICT')) throw failure;
}
