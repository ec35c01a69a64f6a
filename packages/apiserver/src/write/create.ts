import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { FailureAbout } from '../response/failure-about.ts';
import type { ObjectReply } from '../response/reply.ts';
import { checkNamespace, isNamespaces, newNamespace } from './namespace-lifecycle.ts';
import { type ObjectRequest, namespaceOf } from '../resource/object-request.ts';
import { nothingServed } from '../resource/served-resource.ts';
import { sentObject } from './sent-object.ts';
import { TrackedWrites } from './tracked-writes.ts';
import { writeQuery } from './write-query.ts';

/** @throws FailureAbout the object, or its namespace */
export async function createObject(client: ObjectClient, request: ObjectRequest): Promise<ObjectReply> {
  const { resource, info, signal } = request;
  if (info.name !== undefined)
    throw new ObjectError('METHOD_NOT_ALLOWED', 'an object is created by a POST to those of its kind');
  const namespace = namespaceOf(request);
  if (resource.isNamespaced && namespace === undefined) throw nothingServed();
  const { fieldValidation } = writeQuery(request.query);
  const { value, warnings } = sentObject(request, await request.body(), fieldValidation);
  const { name = '' } = value.metadata;
  try {
    if (namespace !== undefined) await checkNamespace(client, namespace, { resource, name, signal });
    const object = await new TrackedWrites(client, request).create(
      isNamespaces(resource) ? newNamespace(value) : value,
    );
    return { type: 'object', code: 201, object, warnings };
  } catch (failure) {
    throw failure instanceof FailureAbout ? failure : new FailureAbout({ ...resource, name }, failure);
  }
}
