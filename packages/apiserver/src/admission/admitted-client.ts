import type { Admission } from '@ignite/toolkit/client/admission';
import type { GroupVersionResource, ObjectKey } from '@ignite/toolkit/client/group-version-resource';
import type {
  CallOptions,
  Deletion,
  DeleteOptions,
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

/** Gives others a say in all writes of a client. */
export class AdmittedClient implements ObjectClient {
  readonly #client: ObjectClient;
  readonly #admission: Admission;

  constructor(client: ObjectClient, admission: Admission) {
    this.#client = client;
    this.#admission = admission;
  }

  async get(key: ObjectKey, options?: CallOptions): Promise<KubeObject> {
    return await this.#client.get(key, options);
  }

  async list(resource: GroupVersionResource, options?: ListOptions): Promise<ObjectList> {
    return await this.#client.list(resource, options);
  }

  watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent> {
    return this.#client.watch(resource, options);
  }

  async create(
    resource: GroupVersionResource,
    object: NewObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#client.create(resource, object, this.#with(options));
  }

  async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#client.update(resource, object, this.#with(options));
  }

  async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    return await this.#client.updateStatus(resource, object, this.#with(options));
  }

  async patch(key: ObjectKey, patch: ObjectPatch, options?: PatchOptions): Promise<KubeObject> {
    return await this.#client.patch(key, patch, this.#with(options));
  }

  async delete(key: ObjectKey, options?: DeleteOptions): Promise<Deletion> {
    return await this.#client.delete(key, this.#with(options));
  }

  #with<T extends WriteOptions>(options: T | undefined): WriteOptions & Partial<T> {
    return { ...options, admission: this.#admission } as WriteOptions & Partial<T>;
  }
}
