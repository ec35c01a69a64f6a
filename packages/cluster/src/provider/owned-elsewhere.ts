import { ForwardingClient } from '@ignite/toolkit/client/forwarding-client';
import type { GroupVersionResource, ObjectKey } from '@ignite/toolkit/client/group-version-resource';
import type {
  CallOptions,
  DeleteOptions,
  Deletion,
  ListOptions,
  NewObject,
  ObjectClient,
  ObjectList,
  ObjectPatch,
  PatchOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '@ignite/toolkit/client/object-client';
import type { KubeObject, OwnerReference } from '@ignite/toolkit/object/kube-object';
import * as v from 'valibot';

/** Has the owners of an object that are objects of another cluster. */
const ownersAnnotation = 'infrastructure.cluster.x-k8s.io/owners-elsewhere';

const ownersSchema = v.array(
  v.looseObject({ apiVersion: v.string(), kind: v.string(), name: v.string(), uid: v.string() }),
);

/**
 * Objects of a host that belong to objects of another cluster. The host would take an owner that it does not find for
 * gone, and remove what belongs to it. So references to owners are stored as an annotation, and shown as what they are.
 */
export class OwnedElsewhere extends ForwardingClient {
  constructor(host: ObjectClient) {
    super(() => host);
  }

  override async get(key: ObjectKey, options?: CallOptions): Promise<KubeObject> {
    return shown(await super.get(key, options));
  }

  override async list(resource: GroupVersionResource, options?: ListOptions): Promise<ObjectList> {
    const list = await super.list(resource, options);
    return { ...list, items: list.items.map(shown) };
  }

  override async *watch(resource: GroupVersionResource, options: WatchOptions): AsyncGenerator<WatchEvent> {
    for await (const event of super.watch(resource, options))
      yield event.type === 'BOOKMARK' ? event : { ...event, object: shown(event.object) };
  }

  override async create(
    resource: GroupVersionResource,
    object: NewObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return shown(await super.create(resource, stored(object), options));
  }

  override async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return shown(await super.update(resource, stored(object), options));
  }

  override async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return shown(await super.updateStatus(resource, stored(object), options));
  }

  override async patch(key: ObjectKey, patch: ObjectPatch, options?: PatchOptions): Promise<KubeObject> {
    return shown(await super.patch(key, patch, options));
  }

  override async delete(key: ObjectKey, options?: DeleteOptions): Promise<Deletion> {
    const deletion = await super.delete(key, options);
    return deletion.remaining ? { ...deletion, remaining: shown(deletion.remaining) } : deletion;
  }
}

function stored<T extends NewObject>(object: T): T {
  const { ownerReferences = [], ...metadata } = object.metadata;
  if (ownerReferences.length === 0) return object;
  const annotations = { ...metadata.annotations, [ownersAnnotation]: JSON.stringify(ownerReferences) };
  return { ...object, metadata: { ...metadata, annotations } };
}

function shown(object: KubeObject): KubeObject {
  const { [ownersAnnotation]: text, ...annotations } = object.metadata.annotations;
  const ownerReferences = text === undefined ? undefined : ownersIn(text);
  return ownerReferences
    ? { ...object, metadata: { ...object.metadata, annotations, ownerReferences } }
    : object;
}

/** Anybody may have changed the annotation. */
function ownersIn(text: string): readonly OwnerReference[] | undefined {
  try {
    const { success, output } = v.safeParse(ownersSchema, JSON.parse(text));
    return success ? (output as readonly OwnerReference[]) : undefined;
  } catch {
    return undefined;
  }
}
