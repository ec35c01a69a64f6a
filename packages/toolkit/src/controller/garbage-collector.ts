import { hasCode } from '../errors/coded-error.ts';
import type { ObjectKey } from '../client/group-version-resource.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { groupOf } from '../object/group-kind.ts';
import type { KubeObject, OwnerReference } from '../object/kube-object.ts';
import { type GarbageAction, type GarbageKind, planGarbage } from './plan-garbage.ts';

/**
 * Deletes the objects of these kinds that have no owner left, and does for those that are being deleted what
 * their propagation policy says. It ends when there is nothing left to do but wait for others. While a kind cannot be
 * listed, its objects count as present, and no owner is let go, since they may depend on it.
 * @throws what the list of a kind has failed with, after all was done that can be
 */
export async function collectGarbage(
  client: ObjectClient,
  kinds: readonly GarbageKind[],
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const lists = await Promise.allSettled(kinds.map(async (kind) => await client.list(kind, { signal })));
    signal.throwIfAborted();
    const known = kinds.filter((_, at) => lists[at]!.status === 'fulfilled');
    const objects = lists.flatMap((list) => (list.status === 'fulfilled' ? list.value.items : []));
    const failed = lists.find(({ status }) => status === 'rejected');
    const actions = planGarbage(objects, known).filter(({ type }) => !failed || type !== 'release');
    const done = await Promise.all(actions.map((action) => tidied(client, known, action, signal)));
    if (done.includes(true)) continue;
    if (failed?.status === 'rejected') throw failed.reason;
    return;
  }
}

/** Takes a step. Returns whether it changed anything; what others change meanwhile is planned anew. */
async function tidied(
  client: ObjectClient,
  kinds: readonly GarbageKind[],
  action: GarbageAction,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return await takeStep(client, kinds, action, signal);
  } catch (failure) {
    if (hasCode(failure, 'NOT_FOUND') || hasCode(failure, 'CONFLICT')) return true;
    throw failure;
  }
}

async function takeStep(
  client: ObjectClient,
  kinds: readonly GarbageKind[],
  action: GarbageAction,
  signal: AbortSignal,
): Promise<boolean> {
  const { object } = action;
  const { uid, resourceVersion, ownerReferences = [], finalizers } = object.metadata;
  const key = keyOf(object, kinds);
  const preconditions = { uid, resourceVersion };
  switch (action.type) {
    case 'delete-orphan':
      if (await hasOwner(client, kinds, object, signal)) return false;
      await client.delete(key, { preconditions, propagationPolicy: 'Background', signal });
      return true;
    case 'delete-first':
      await client.delete(key, { preconditions, propagationPolicy: action.propagationPolicy, signal });
      return true;
    case 'disown': {
      const others = ownerReferences.filter((each) => each.uid !== action.owner.metadata.uid);
      const changes = { metadata: { resourceVersion, ownerReferences: others } };
      await client.patch(key, { type: 'merge', changes }, { signal });
      return true;
    }
    case 'release': {
      const others = finalizers.filter((each) => each !== action.finalizer);
      const changes = { metadata: { resourceVersion, finalizers: others } };
      await client.patch(key, { type: 'merge', changes }, { signal });
      return true;
    }
  }
}

/** Looks for the owners themselves, which may have been created after the lists were made. */
async function hasOwner(
  client: ObjectClient,
  kinds: readonly GarbageKind[],
  { metadata }: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  for (const owner of metadata.ownerReferences ?? []) {
    const key = ownerKey(owner, metadata.namespace, kinds);
    if (!key || (await uidAt(client, key, signal)) === owner.uid) return true;
  }
  return false;
}

async function uidAt(client: ObjectClient, key: ObjectKey, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await client.get(key, { signal })).metadata.uid;
  } catch (failure) {
    if (hasCode(failure, 'NOT_FOUND')) return undefined;
    throw failure;
  }
}

/** An owner is in the namespace of the object, or has none. */
function ownerKey(
  { apiVersion, kind, name }: OwnerReference,
  namespace: string,
  kinds: readonly GarbageKind[],
): ObjectKey | undefined {
  const found = kinds.find((each) => each.group === groupOf(apiVersion) && each.kind === kind);
  return found && { ...found, namespace: found.isNamespaced ? namespace : '', name };
}

function keyOf({ apiVersion, kind, metadata }: KubeObject, kinds: readonly GarbageKind[]): ObjectKey {
  const { namespace, name } = metadata;
  const found = kinds.find((each) => each.group === groupOf(apiVersion) && each.kind === kind)!;
  return { ...found, namespace, name };
}
