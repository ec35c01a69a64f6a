import type {
  NewObject,
  ObjectClient,
  ObjectPatch,
  WriteOptions,
} from '@ignite/toolkit/client/object-client';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { type ObjectRequest, isOfStatus, keyOf } from '../resource/object-request.ts';
import { type UpdateSettings, updateManagers } from '../server-side-apply/update-managers.ts';
import { managedTime, managedVersions } from './managed-versions.ts';
import { replaceObject } from './replace-object.ts';
import { unwrittenObject } from './unwritten-object.ts';
import { untilNobodyInterferes } from '../resource/until-nobody-interferes.ts';
import { writeQuery } from './write-query.ts';

/**
 * The writes of a request that applies nothing. Who makes it becomes the manager of the fields that a write changes
 * (Kubernetes: managed fields of the operation `Update`). Which these are is known from a dry run, since defaults count.
 */
export class TrackedWrites {
  readonly #client: ObjectClient;
  readonly #request: ObjectRequest;
  readonly #manager: string;
  readonly #options: WriteOptions;

  constructor(client: ObjectClient, request: ObjectRequest) {
    const { fieldManager, dryRun } = writeQuery(request.query);
    this.#client = client;
    this.#request = request;
    this.#manager = fieldManager ?? request.program;
    this.#options = { dryRun, signal: request.signal };
  }

  async create(object: NewObject): Promise<KubeObject> {
    const { resource } = this.#request;
    const { status, ...wish } = await this.#client.create(resource, object, this.#tried);
    const isManaged = status !== undefined && !resource.subresources.includes('status');
    const managed = isManaged ? { ...wish, status } : wish;
    const unwritten = unwrittenObject(resource, managed);
    return await this.#client.create(resource, this.#managed(unwritten, managed, object), this.#options);
  }

  /** Replaces an object, or its status if the request is about that. It is read before, unless that was done. */
  async update(object: KubeObject, known?: KubeObject): Promise<KubeObject> {
    const { resource, signal } = this.#request;
    if (object.metadata.resourceVersion || !resource.takesAnyVersion)
      return await this.#update(object, known ?? (await this.#live()));
    return await untilNobodyInterferes(signal, async () => {
      const live = await this.#live();
      const { resourceVersion } = live.metadata;
      return await this.#update({ ...object, metadata: { ...object.metadata, resourceVersion } }, live);
    });
  }

  async #live(): Promise<KubeObject> {
    return await this.#client.get(keyOf(this.#request), this.#options);
  }

  async #update(object: KubeObject, live: KubeObject): Promise<KubeObject> {
    const next = await this.#replace(object, this.#tried);
    return await this.#replace(this.#managed(live, next, object), this.#options);
  }

  async patch(patch: ObjectPatch): Promise<KubeObject> {
    const key = keyOf(this.#request);
    const subresource = isOfStatus(this.#request) ? 'status' : undefined;
    return await untilNobodyInterferes(this.#request.signal, async () => {
      const live = await this.#live();
      const next = await this.#client.patch(key, patch, { ...this.#tried, subresource });
      const { resourceVersion } = live.metadata;
      const written = { ...next, metadata: { ...next.metadata, resourceVersion } };
      return await this.#replace(this.#managed(live, next, written), this.#options);
    });
  }

  get #tried(): WriteOptions {
    return { ...this.#options, dryRun: true };
  }

  /** Returns what is to be written, with the managers of what becomes of it. */
  #managed<T extends NewObject | KubeObject>(live: KubeObject | undefined, next: KubeObject, written: T): T {
    const { resource, info } = this.#request;
    const settings: UpdateSettings = {
      manager: this.#manager,
      subresource: info.subresource ?? '',
      time: managedTime(),
      convertTo: managedVersions(resource),
    };
    const { managedFields } = updateManagers(live, next, settings).metadata;
    return { ...written, metadata: { ...written.metadata, managedFields } };
  }

  async #replace(object: KubeObject, options: WriteOptions): Promise<KubeObject> {
    return await replaceObject(this.#client, this.#request, object, options);
  }
}
