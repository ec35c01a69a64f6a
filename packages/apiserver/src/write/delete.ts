import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { ListReply, Reply } from '../response/reply.ts';
import { statusReply } from '../response/reply.ts';
import { deletedStatus } from '../response/status.ts';
import { deleteOptions } from './delete-options.ts';
import { beginNamespaceDeletion, isNamespaces } from './namespace-lifecycle.ts';
import { selectionOf } from '../read/list-query.ts';
import { deleteSeen } from '@ignite/toolkit/client/delete-seen';
import { type ObjectRequest, keyOf } from '../resource/object-request.ts';

/** Answers with the object if it stays for a while, and otherwise with a Status. */
export async function deleteObject(client: ObjectClient, request: ObjectRequest): Promise<Reply> {
  const { resource, signal } = request;
  const key = keyOf(request);
  const options = deleteOptions(request.query, await request.body());
  if (isNamespaces(resource) && !options.dryRun) await beginNamespaceDeletion(client, key.name, signal);
  const { uid, remaining } = await client.delete(key, { ...options, signal });
  if (remaining) return { type: 'object', code: 200, object: remaining };
  return statusReply(deletedStatus({ ...resource, name: key.name }, uid));
}

/** Deletes all objects that are selected, and answers with the list of them. */
export async function deleteCollection(client: ObjectClient, request: ObjectRequest): Promise<ListReply> {
  const { resource, signal } = request;
  if (isNamespaces(resource))
    throw new ObjectError('METHOD_NOT_ALLOWED', 'namespaces are deleted one by one');
  const options = deleteOptions(request.query, await request.body());
  const list = await client.list(resource, { ...selectionOf(request), signal });
  for (const object of list.items) await deleteSeen(client, resource, object, { ...options, signal });
  return { type: 'list', list };
}
