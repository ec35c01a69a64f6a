import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { deleteSeen, unlessChanged } from '@ignite/toolkit/client/delete-seen';
import type { CustomResourceDefinition } from './definition/definition.ts';
import { servedDefinitionKind } from './definition/definition-kind.ts';
import { cleanedUp } from './definition/terminating.ts';

/**
 * Deletes the objects of a kind whose definition is being deleted, and lets go of the definition once there are
 * none any more. Returns whether it is done: objects may have finalizers that others wait for. A kind that is not served
 * by its definition has no objects.
 */
export async function deleteDefined(
  client: ObjectClient,
  definition: CustomResourceDefinition,
  { hasObjects, signal }: { readonly hasObjects: boolean; readonly signal: AbortSignal },
): Promise<boolean> {
  if (hasObjects && !(await deleteObjects(client, definition, signal))) return false;
  await client.update(servedDefinitionKind, cleanedUp(definition), { signal }).catch(unlessChanged);
  return true;
}

/** Returns whether no object is left. */
async function deleteObjects(
  client: ObjectClient,
  { spec: { group, names, versions } }: CustomResourceDefinition,
  signal: AbortSignal,
): Promise<boolean> {
  const stored = versions.find(({ storage }) => storage) ?? versions[0]!;
  const resource = { group, version: stored.name, resource: names.plural };
  const { items } = await client.list(resource, { signal });
  for (const object of items)
    if (object.metadata.deletionTimestamp === undefined)
      await deleteSeen(client, resource, object, { signal });
  const { items: left } = await client.list(resource, { limit: 1, signal });
  return left.length === 0;
}
