import { isDeepStrictEqual } from 'node:util';
import type { KindClient } from '@ignite/toolkit/client/kind-client';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';

/** Writes the status of an object, unless it is so already or the object is gone. */
export async function writeStatus<T extends KubeObject>(
  client: KindClient<T>,
  object: T,
  status: unknown,
  signal: AbortSignal,
): Promise<void> {
  if (isDeepStrictEqual(object.status, status)) return;
  try {
    await client.modifyStatus(
      object.metadata,
      (now) => (now.metadata.uid === object.metadata.uid ? { ...now, status } : now),
      { signal },
    );
  } catch (failure) {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
  }
}

/** Tells whether a write was refused since somebody else has changed the object, or it is gone. */
export const isOvertaken = (failure: unknown): boolean =>
  ['CONFLICT', 'NOT_FOUND', 'ALREADY_EXISTS'].some((code) => hasCode(failure, code));
