import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ObjectReply } from '../response/reply.ts';
import { type ObjectRequest, keyOf } from '../resource/object-request.ts';
import { sentObject } from './sent-object.ts';
import { TrackedWrites } from './tracked-writes.ts';
import { writeQuery } from './write-query.ts';

export async function updateObject(client: ObjectClient, request: ObjectRequest): Promise<ObjectReply> {
  keyOf(request);
  const { fieldValidation } = writeQuery(request.query);
  const { value, warnings } = sentObject(request, await request.body(), fieldValidation);
  const object = await new TrackedWrites(client, request).update(value as KubeObject);
  return { type: 'object', code: 200, object, warnings };
}
