import type { GroupVersionResource } from '@ignite/toolkit/client/group-version-resource';
import type { DeleteOptions, ObjectClient } from '@ignite/toolkit/client/object-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** Deletes an object that was listed, unless it is gone or another one has taken its place since. */
export async function deleteSeen(
  client: ObjectClient,
  { group, version, resource }: GroupVersionResource,
  { metadata: { namespace, name, uid } }: Pick<KubeObject, 'metadata'>,
  options: DeleteOptions,
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
