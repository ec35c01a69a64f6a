import type { ClientKind } from '@ignite/toolkit/client/kind-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import type { BasicWork } from './controller.ts';

/** Deletes an object that a finalizer of ours has protected until now. */
export async function deleteProtected<T extends KubeObject>(
  kind: ClientKind<T>,
  object: T,
  finalizer: string,
  { objects }: BasicWork,
): Promise<void> {
  const { metadata } = object;
  const finalizers = metadata.finalizers.filter((each) => each !== finalizer);
  const isFree = finalizers.length === metadata.finalizers.length;
  const free = isFree
    ? object
    : await objects.write(kind, object, { ...object, metadata: { ...metadata, finalizers } });
  await objects.delete(kind, free);
}
