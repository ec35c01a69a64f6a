import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import type { ResourceVerb } from '../request/request-info.ts';
import { nothingServed, verbsOf } from '../resource/served-resource.ts';
import type { Reply } from '../response/reply.ts';
import { createObject } from '../write/create.ts';
import { deleteCollection, deleteObject } from '../write/delete.ts';
import { type ObjectRequest, isOfStatus } from '../resource/object-request.ts';
import { patchObject } from '../patch/patch.ts';
import { getObject, listObjects } from '../read/read.ts';
import { finalizeNamespace, isFinalizing } from '../write/finalize-namespace.ts';
import { updateObject } from '../write/update.ts';
import { serveScale } from './serve-scale.ts';
import { watchObjects } from '../read/watch.ts';

/** The verbs of parts of objects. */
const verbsOfParts: readonly ResourceVerb[] = ['get', 'update', 'patch'];

/** Does what a request for objects asks for. */
export async function serveObjects(client: ObjectClient, request: ObjectRequest): Promise<Reply> {
  checkPart(request);
  checkVerb(request);
  const { scale } = request.resource;
  if (scale && request.info.subresource === 'scale') return await serveScale(client, request, scale);
  if (isFinalizing(request)) return await finalizeNamespace(client, request);
  switch (request.info.verb) {
    case 'get':
      return await getObject(client, request);
    case 'list':
      return await listObjects(client, request);
    case 'watch':
      return watchObjects(client, request);
    case 'create':
      return await createObject(client, request);
    case 'update':
      return await updateObject(client, request);
    case 'patch':
      return await patchObject(client, request);
    case 'delete':
      return await deleteObject(client, request);
    case 'deletecollection':
      return await deleteCollection(client, request);
  }
}

/** Checks that an object of the kind has the part that the request is about, and that it can be so changed. */
function checkPart(request: ObjectRequest): void {
  const { resource, info } = request;
  const { subresource, verb } = info;
  if (subresource === undefined) return;
  const isServed =
    isOfStatus(request) || isFinalizing(request) || (subresource === 'scale' && resource.scale !== undefined);
  if (!isServed || !resource.subresources.includes(subresource)) throw nothingServed();
  if (!verbsOfParts.includes(verb))
    throw new ObjectError('METHOD_NOT_ALLOWED', `the part "${subresource}" of an object cannot be ${verb}d`);
}

/** Checks that a view of other objects can do what is asked. */
function checkVerb({ resource, info: { verb, subresource } }: ObjectRequest): void {
  if (subresource !== undefined || verbsOf(resource).includes(verb)) return;
  const { view, resource: name } = resource;
  const hint = view?.hint === undefined ? '' : `: ${view.hint}`;
  throw new ObjectError('METHOD_NOT_ALLOWED', `"${verb}" is not possible with ${name}${hint}`);
}
