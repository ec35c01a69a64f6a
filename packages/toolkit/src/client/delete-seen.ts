import type { GroupVersionResource } from './group-version-resource.ts';
import type { DeleteOptions, ObjectClient } from './object-client.ts';
import { hasCode } from '../errors/coded-error.ts';
import type { KubeObject } from '../object/kube-object.ts';

/** Deletes an object that was read before, unless it is gone or another one has taken its place since. */
export async function deleteSeen(
  client: ObjectClient,
  { group, version, resource }: GroupVersionResource,
  { metadata: { namespace, name, uid } }: Pick<KubeObject, 'metadata'>,
  options: DeleteOptions = {},
): Promise<void> {
  const preconditions = { ...options.preconditions, uid };
  await client
    .delete({ group, version, resource, namespace, name }, { ...options, preconditions })
    .catch(unlessChanged);
}

/** Lets go of an object that someone else has deleted or changed first. */
export function unlessChanged(failure: unknown): void {
  if (!hasCode(failure, 'NOT_FOUND') && !hasCode(failure, 'CONFLICT')) throw failure;
}
