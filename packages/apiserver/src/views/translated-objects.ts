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
  Selection,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '@ignite/toolkit/client/object-client';
import { unknownResource } from '@ignite/toolkit/client/object-error';
import { patchedObject } from '@ignite/toolkit/client/over-store/patched-object';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { untilNobodyInterferes } from '../resource/until-nobody-interferes.ts';
import { DerivedObjects } from './derived-objects.ts';

/** Two forms of the same objects, between which nothing is lost. */
export interface Translation {
  /** The kind in whose form the objects are stored. */
  readonly stored: GroupVersionResource;
  /** Pure. */
  readonly toShown: (object: KubeObject) => KubeObject;
  /** Pure. */
  readonly toStored: <T extends NewObject>(object: T) => T;
  /** Pure. Returns what is selected by a selection of somebody who knows only the shown form. */
  readonly selected: <T extends Selection>(selection: T) => T;
}

/** Reads and writes objects in another form than that in which they are stored. */
export class TranslatedObjects implements ObjectClient {
  readonly #client: ObjectClient;
  readonly #translation: Translation;
  readonly #reader: DerivedObjects;

  constructor(client: ObjectClient, translation: Translation) {
    const { stored, toShown } = translation;
    this.#client = client;
    this.#translation = translation;
    this.#reader = new DerivedObjects(client, { from: stored, showing: async () => toShown });
  }

  async get(key: ObjectKey, options?: CallOptions): Promise<KubeObject> {
    return await this.#reader.get(key, options);
  }

  async list(resource: GroupVersionResource, options: ListOptions = {}): Promise<ObjectList> {
    return await this.#reader.list(resource, this.#translation.selected(options));
  }

  watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent> {
    return this.#reader.watch(resource, this.#translation.selected(options));
  }

  async create(
    _resource: GroupVersionResource,
    object: NewObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    const { stored, toStored, toShown } = this.#translation;
    return toShown(await this.#client.create(stored, toStored(object), this.#translated(options)));
  }

  async update(
    _resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject> {
    const { stored, toStored, toShown } = this.#translation;
    return toShown(await this.#client.update(stored, toStored(object), this.#translated(options)));
  }

  async updateStatus(resource: GroupVersionResource): Promise<KubeObject> {
    throw unknownResource({ ...resource, resource: `${resource.resource}/status` });
  }

  async patch(key: ObjectKey, patch: ObjectPatch, options?: PatchOptions): Promise<KubeObject> {
    return await untilNobodyInterferes(
      options?.signal,
      async () => await this.update(key, patchedObject(await this.get(key, options), patch), options),
    );
  }

  async delete({ namespace, name }: ObjectKey, options?: DeleteOptions): Promise<Deletion> {
    const { stored, toShown } = this.#translation;
    const { uid, remaining } = await this.#client.delete({ ...stored, namespace, name }, options);
    return { uid, ...(remaining && { remaining: toShown(remaining) }) };
  }

  /** Fields are managed in the form that their managers know. */
  #translated({ manage, ...options }: WriteOptions = {}): WriteOptions {
    const { toStored, toShown } = this.#translation;
    if (!manage) return options;
    return { ...options, manage: (next, old) => toStored(manage(toShown(next), old && toShown(old))) };
  }
}
