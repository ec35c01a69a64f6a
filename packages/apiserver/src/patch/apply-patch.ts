import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { badRequest } from '@ignite/toolkit/client/object-error';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { ObjectReply } from '../response/reply.ts';
import { serverSideApply } from './apply.ts';
import { checkNamespace } from '../write/namespace-lifecycle.ts';
import { type ObjectRequest, isOfStatus, keyOf, namespaceOf } from '../resource/object-request.ts';
import type { PatchWrite } from './patch-write.ts';
import { replaceObject } from '../write/replace-object.ts';
import { sentObject } from '../write/sent-object.ts';
import { untilNobodyInterferes } from '../resource/until-nobody-interferes.ts';

/**
 * Applies the fields that somebody wants to an object, which is created if it is not there.
 * @throws ObjectError CONFLICT if other managers have some of them
 */
export async function applyPatch(client: ObjectClient, write: PatchWrite): Promise<ObjectReply> {
  const { request, query, body } = write;
  const { resource, signal } = request;
  const { fieldManager, force, dryRun } = query;
  if (fieldManager === undefined) throw badRequest('fieldManager is required for an apply patch');
  const { value, warnings } = sentObject(request, body, query.fieldValidation);
  return await untilNobodyInterferes(signal, async () => {
    const live = await found(client, request);
    const settings = { fieldManager, force, isOfStatus: isOfStatus(request) };
    const next = serverSideApply({ resource, live, applied: value, ...settings });
    if (live) {
      const object = await replaceObject(client, request, next as KubeObject, { dryRun, signal });
      return { type: 'object', code: 200, object, warnings };
    }
    const namespace = namespaceOf(request);
    if (namespace !== undefined) {
      const { name = '' } = value.metadata;
      await checkNamespace(client, namespace, { resource, name, signal });
    }
    return {
      type: 'object',
      code: 201,
      object: await client.create(resource, next, { dryRun, signal }),
      warnings,
    };
  });
}

async function found(client: ObjectClient, request: ObjectRequest): Promise<KubeObject | undefined> {
  const { signal } = request;
  return await client.get(keyOf(request), { signal }).catch((failure: unknown) => {
    if (hasCode(failure, 'NOT_FOUND') && !isOfStatus(request)) return undefined;
    throw failure;
  });
}
