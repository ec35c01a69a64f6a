import type { ListOptions, ObjectClient, ObjectList } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { RequestError } from '../request/request-error.ts';
import type { ListReply, ObjectReply } from '../response/reply.ts';
import { type ListQuery, listQuery } from './list-query.ts';
import { type ObjectRequest, keyOf } from '../resource/object-request.ts';

export async function getObject(client: ObjectClient, request: ObjectRequest): Promise<ObjectReply> {
  const { signal } = request;
  return { type: 'object', code: 200, object: await client.get(keyOf(request), { signal }) };
}

export async function listObjects(client: ObjectClient, request: ObjectRequest): Promise<ListReply> {
  const query = listQuery(request);
  const list = await client.list(request.resource, optionsOf(query, request.signal));
  checkRevision(list, query);
  return { type: 'list', list };
}

const optionsOf = ({ selection, limit, continue: token }: ListQuery, signal: AbortSignal): ListOptions => ({
  ...selection,
  limit,
  continue: token,
  signal,
});

/** The list is the newest one, which may be neither the one that was asked for nor as new as that. */
function checkRevision({ resourceVersion }: ObjectList, { revision, match }: ListQuery): void {
  if (revision === undefined) return;
  if (BigInt(revision) > BigInt(resourceVersion))
    throw new RequestError(
      'REVISION_TOO_NEW',
      `Too large resource version: ${revision}, current: ${resourceVersion}`,
    );
  if (match === 'Exact' && revision !== resourceVersion)
    throw new ObjectError(
      'REVISION_TOO_OLD',
      `The resourceVersion for the provided list is too old: ${revision}`,
    );
}
