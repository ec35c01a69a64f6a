import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ObjectReply } from '../response/reply.ts';
import { type ObjectRequest, isOfStatus, keyOf } from '../resource/object-request.ts';
import { sentObject } from './sent-object.ts';
import { writeQuery } from './write-query.ts';

export async function updateObject(client: ObjectClient, request: ObjectRequest): Promise<ObjectReply> {
  const { resource, signal } = request;
  keyOf(request);
  const { dryRun, fieldValidation } = writeQuery(request.query);
  const { value, warnings } = sentObject(request, await request.body(), fieldValidation);
  const wanted = value as KubeObject;
  const object = isOfStatus(request)
    ? await client.updateStatus(resource, wanted, { dryRun, signal })
    : await client.update(resource, wanted, { dryRun, signal });
  return { type: 'object', code: 200, object, warnings };
}
