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
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type ServedResource, servedAt } from '../resource/served-resource.ts';

/** Reads and writes the objects of each kind where they are: through its view, or in the store. */
export class ViewedClient implements ObjectClient {
  readonly #stored: ObjectClient;
  readonly #views: readonly ServedResource[];

  /** @param stored reads and writes the objects in the store */
  constructor(stored: ObjectClient, views: readonly ServedResource[]) {
    this.#stored = stored;
    this.#views = views;
  }

  async get(key: ObjectKey, options?: CallOptions): Promise<KubeObject> {
    return await this.#at(key).get(key, options);
  }

  async list(resource: GroupVersionResource, options?: ListOptions): Promise<ObjectList> {
    return await this.#at(resource).list(resource, options);
  }

  watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent> {
    return this.#at(resource).watch(resource, options);
  }

  async create(
    resource: GroupVersionResource,
    object: NewObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#at(resource).create(resource, object, options);
  }

  async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#at(resource).update(resource, object, options);
  }

  async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#at(resource).updateStatus(resource, object, options);
  }

  async patch(key: ObjectKey, patch: ObjectPatch, options?: PatchOptions): Promise<KubeObject> {
    return await this.#at(key).patch(key, patch, options);
  }

  async delete(key: ObjectKey, options?: DeleteOptions): Promise<Deletion> {
    return await this.#at(key).delete(key, options);
  }

  #at(resource: GroupVersionResource): ObjectClient {
    return servedAt(this.#views, resource)?.view?.over(this.#stored) ?? this.#stored;
  }
}
