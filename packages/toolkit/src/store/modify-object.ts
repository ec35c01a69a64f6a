import { hasCode } from '../errors/coded-error.ts';
import type { KubeObject } from '../object/kube-object.ts';
import type { CallOptions, Key, ObjectStore } from './store.ts';

/**
 * Changes the current state of an object, whoever else writes in between. Nothing is written if `change`
 * returns the object that it was given.
 * @throws CodedError NOT_FOUND
 */
export async function modifyObject(
  store: Pick<ObjectStore, 'get' | 'update'>,
  key: Key,
  change: (now: KubeObject) => KubeObject,
  options?: CallOptions,
): Promise<KubeObject> {
  for (;;) {
    options?.signal?.throwIfAborted();
    const now = await store.get(key, options);
    const next = change(now);
    if (next === now) return now;
    try {
      return await store.update(next, options);
    } catch (failure) {
      if (!hasCode(failure, 'CONFLICT')) throw failure;
    }
  }
}
