import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { CustomResourceDefinition } from './definition/definition.ts';
import { isEstablished } from './definition/accepted-names.ts';
import { servedDefinitionKind } from './definition/definition-kind.ts';
import { cleanedUp } from './definition/terminating.ts';

/**
 * Deletes the objects of a kind whose definition is being deleted, and lets go of the definition once there are
 * none any more. Returns whether it is done: objects may have finalizers that others wait for. A kind that was never
 * established has no objects.
 */
export async function deleteDefined(
  client: ObjectClient,
  definition: CustomResourceDefinition,
  signal: AbortSignal,
): Promise<boolean> {
  if (isEstablished(definition) && !(await deleteObjects(client, definition, signal))) return false;
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
  for (const object of items) await deleteObject(client, resource, object, signal);
  const { items: left } = await client.list(resource, { limit: 1, signal });
  return left.length === 0;
}

async function deleteObject(
  client: ObjectClient,
  resource: GroupVersionResource,
  { metadata }: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid, deletionTimestamp } = metadata;
  if (deletionTimestamp !== undefined) return;
  const key = { ...resource, namespace, name };
  await client.delete(key, { preconditions: { uid }, signal }).catch(unlessChanged);
}

/** What someone changes meanwhile is left to the next time. */
export function unlessChanged(failure: unknown): void {
  if (!hasCode(failure, 'CONFLICT') && !hasCode(failure, 'NOT_FOUND')) throw failure;
}
