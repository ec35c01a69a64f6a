import type { GroupVersionResource, ObjectKey } from './group-version-resource.ts';
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
} from './object-client.ts';
import type { KubeObject } from '../object/kube-object.ts';

/** Passes every call on to another client. Classes that extend it change what they are about. */
export class ForwardingClient implements ObjectClient {
  readonly #clientFor: (resource: GroupVersionResource) => ObjectClient;

  /** @param clientFor returns the client of the objects of a kind */
  constructor(clientFor: (resource: GroupVersionResource) => ObjectClient) {
    this.#clientFor = clientFor;
  }

  async get(key: ObjectKey, options?: CallOptions): Promise<KubeObject> {
    return await this.#clientFor(key).get(key, options);
  }

  async list(resource: GroupVersionResource, options?: ListOptions): Promise<ObjectList> {
    return await this.#clientFor(resource).list(resource, options);
  }

  watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent> {
    return this.#clientFor(resource).watch(resource, options);
  }

  async create(
    resource: GroupVersionResource,
    object: NewObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#clientFor(resource).create(resource, object, options);
  }

  async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#clientFor(resource).update(resource, object, options);
  }

  async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#clientFor(resource).updateStatus(resource, object, options);
  }

  async patch(key: ObjectKey, patch: ObjectPatch, options?: PatchOptions): Promise<KubeObject> {
    return await this.#clientFor(key).patch(key, patch, options);
  }

  async delete(key: ObjectKey, options?: DeleteOptions): Promise<Deletion> {
    return await this.#clientFor(key).delete(key, options);
  }
}
