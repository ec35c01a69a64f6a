import type { ObjectClient, WriteOptions } from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type ObjectRequest, isOfStatus } from '../resource/object-request.ts';

/** Replaces an object, or its status if the request is about that. */
export async function replaceObject(
  client: ObjectClient,
  request: ObjectRequest,
  object: KubeObject,
  options: WriteOptions,
): Promise<KubeObject> {
  const { resource } = request;
  return isOfStatus(request)
    ? await client.updateStatus(resource, object, options)
    : await client.update(resource, object, options);
}
