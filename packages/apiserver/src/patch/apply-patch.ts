import { apiVersionOf } from '@ignite/toolkit/client/group-version-resource';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ServedResource } from '../resource/served-resource.ts';
import type { ObjectReply } from '../response/reply.ts';
import { apply } from '../server-side-apply/apply.ts';
import type { ConvertTo } from '../server-side-apply/typed-object.ts';
import { checkNamespace } from '../write/namespace-lifecycle.ts';
import { type ObjectRequest, isOfStatus, keyOf, namespaceOf } from '../resource/object-request.ts';
import { type PatchWrite, replace, untilNobodyInterferes } from './patch-write.ts';
import { sentObject } from '../write/sent-object.ts';

/**
 * Applies the fields that somebody wants to an object, which is created if it is not there.
 * @throws ObjectError CONFLICT if other managers have some of them
 */
export async function applyPatch(client: ObjectClient, write: PatchWrite): Promise<ObjectReply> {
  const { request, query, body } = write;
  const { value, warnings } = sentObject(request, body, query.fieldValidation);
  const settings = { ...settingsOf(write), convertTo: asItIs(request.resource) };
  return await untilNobodyInterferes(request.signal, async () => {
    const live = await found(client, request);
    const time = new Date().toISOString();
    const next = apply(live, value as KubeObject, { ...settings, time });
    if (live) return { type: 'object', code: 200, object: await replace(client, write, next), warnings };
    return { type: 'object', code: 201, object: await created(client, write, next), warnings };
  });
}

/** @throws ObjectError BAD_REQUEST */
function settingsOf({ request, query: { fieldManager, force } }: PatchWrite) {
  if (fieldManager === undefined) throw badRequest('fieldManager is required for an apply patch');
  return { manager: fieldManager, force, subresource: request.info.subresource ?? '' };
}

/** Objects are stored in the one version in which they are served. */
const asItIs =
  (resource: ServedResource): ConvertTo =>
  (object, apiVersion) =>
    apiVersion === apiVersionOf(resource) ? { object, schema: resource.schema } : undefined;

async function created(
  client: ObjectClient,
  { request, query: { dryRun } }: PatchWrite,
  object: KubeObject,
): Promise<KubeObject> {
  const { resource, signal } = request;
  const namespace = namespaceOf(request);
  if (namespace !== undefined) await checkNamespace(client, namespace, signal);
  return await client.create(resource, object, { dryRun, signal });
}

async function found(client: ObjectClient, request: ObjectRequest): Promise<KubeObject | undefined> {
  const { signal } = request;
  return await client.get(keyOf(request), { signal }).catch((failure: unknown) => {
    if (hasCode(failure, 'NOT_FOUND') && !isOfStatus(request)) return undefined;
    throw failure;
  });
}
