import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { ObjectError } from '@ignite/toolkit/client/object-error';
import { storedNamespace } from '@ignite/toolkit/core/resources/namespace';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { finalizersOf } from '../namespaces/namespace-client.ts';
import { type ObjectRequest, keyOf } from '../resource/object-request.ts';
import type { ObjectReply } from '../response/reply.ts';
import { isNamespaces } from './namespace-lifecycle.ts';
import { sentObject } from './sent-object.ts';
import { writeQuery } from './write-query.ts';

export const isFinalizing = ({ resource, info }: ObjectRequest): boolean =>
  isNamespaces(resource) && info.subresource === 'finalize';

/** Replaces those who must clean up before a namespace is removed, and nothing else of it. */
export async function finalizeNamespace(client: ObjectClient, request: ObjectRequest): Promise<ObjectReply> {
  const { info, signal } = request;
  if (info.verb !== 'update')
    throw new ObjectError('METHOD_NOT_ALLOWED', 'the finalizers of a namespace are replaced by an update');
  const { name } = keyOf(request);
  const { dryRun, fieldValidation } = writeQuery(request.query);
  const { value, warnings } = sentObject(request, await request.body(), fieldValidation);
  const finalizers = finalizersOf(storedNamespace.decode(value as KubeObject));
  const namespaces = new KindClient(client, storedNamespace);
  const found = await namespaces.get({ name }, { signal });
  const { resourceVersion = found.metadata.resourceVersion } = value.metadata;
  const next = {
    ...found,
    metadata: { ...found.metadata, resourceVersion },
    spec: { ...found.spec, finalizers },
  };
  const object = await client.update(request.resource, next, { dryRun, signal });
  return { type: 'object', code: 200, object, warnings };
}
