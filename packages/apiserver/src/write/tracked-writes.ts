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
 * (Kubernetes: managed fields of the operation `Update`), defaults included.
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
    const manage = (next: KubeObject, old: KubeObject | undefined): KubeObject => this.#managed(next, old);
    this.#options = { dryRun, signal: request.signal, manage };
  }

  async create(object: NewObject): Promise<KubeObject> {
    return await this.#client.create(this.#request.resource, object, this.#options);
  }

  /** Replaces an object, or its status if the request is about that. One without a version replaces what is there. */
  async update(object: KubeObject): Promise<KubeObject> {
    const { resource, signal } = this.#request;
    if (object.metadata.resourceVersion || !resource.takesAnyVersion) return await this.#replace(object);
    return await untilNobodyInterferes(signal, async () => {
      const { resourceVersion } = (await this.#client.get(keyOf(this.#request), { signal })).metadata;
      return await this.#replace({ ...object, metadata: { ...object.metadata, resourceVersion } });
    });
  }

  /** Patches an object. What the patch makes of it is stored as `checked` returns it. */
  async patch(
    patch: ObjectPatch,
    checked: (next: KubeObject) => KubeObject = (next) => next,
  ): Promise<KubeObject> {
    const subresource = isOfStatus(this.#request) ? 'status' : undefined;
    const manage = (next: KubeObject, old: KubeObject | undefined): KubeObject =>
      this.#managed(checked(next), old);
    return await this.#client.patch(keyOf(this.#request), patch, { ...this.#options, manage, subresource });
  }

  #managed(next: KubeObject, old: KubeObject | undefined): KubeObject {
    const { resource, info } = this.#request;
    const settings: UpdateSettings = {
      manager: this.#manager,
      subresource: info.subresource ?? '',
      time: managedTime(),
      convertTo: managedVersions(resource),
    };
    if (old) return updateManagers(old, next, settings);
    const { status, ...wish } = next;
    // The author of a new object has not written its status if that is a part of its own.
    const written = resource.subresources.includes('status') || status === undefined ? wish : next;
    const { metadata } = updateManagers(unwrittenObject(resource, written), written, settings);
    return { ...next, metadata };
  }

  async #replace(object: KubeObject): Promise<KubeObject> {
    return await replaceObject(this.#client, this.#request, object, this.#options);
  }
}
