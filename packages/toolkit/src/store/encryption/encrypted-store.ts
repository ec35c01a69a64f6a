import { CodedError, hasCode } from '../../errors/coded-error.ts';
import { type GroupKind, groupKindOf } from '../../object/group-kind.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { mergePatch } from '../../patch/merge-patch.ts';
import { modifyObject } from '../modify-object.ts';
import { keyOf } from '../next-object.ts';
import type {
  BrokenObject,
  CallOptions,
  DeleteOptions,
  Key,
  ListResult,
  NewObject,
  ObjectPatch,
  ObjectStore,
  Revision,
  Selector,
  WatchEvent,
} from '../store.ts';
import { SealError } from './encryption-error.ts';
import { seal, unseal } from './seal.ts';
import type { KeyRing } from './sealing-key.ts';

export interface EncryptionOptions {
  /** The kinds whose objects are encrypted. */
  readonly kinds: readonly GroupKind[];
  readonly keys: KeyRing;
  /** Called once for each object that a list or a watch leaves out because it cannot be decrypted. */
  readonly onBroken?: (broken: BrokenObject) => void;
}

/**
 * Keeps objects of some kinds encrypted in a store. Lists select them by name, namespace and labels alone,
 * and leave out those that cannot be decrypted, so that one of them does no harm to others.
 */
export class EncryptedStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #options: EncryptionOptions;
  readonly #told = new Set<string>();

  constructor(store: ObjectStore, options: EncryptionOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** @throws CodedError NOT_FOUND, KEY_MISSING, OBJECT_SEALED */
  async get(key: Key, options?: CallOptions): Promise<KubeObject> {
    return this.#opened(await this.#store.get(key, options));
  }

  async list(kind: GroupKind, selector?: Selector, options?: CallOptions): Promise<ListResult> {
    const found = await this.#store.list(kind, selector, options);
    if (!this.#covers(kind)) return found;
    const read = found.items.map((object) => this.#tried(object));
    return {
      revision: found.revision,
      items: read.flatMap(({ object }) => object ?? []),
      broken: [...(found.broken ?? []), ...read.flatMap(({ broken }) => broken ?? [])],
    };
  }

  async create(object: NewObject, options?: CallOptions): Promise<KubeObject> {
    return this.#opened(await this.#store.create(this.#closed(object), options));
  }

  async update(object: KubeObject, options?: CallOptions): Promise<KubeObject> {
    return this.#opened(await this.#store.update(this.#closed(object), options));
  }

  async patch(key: Key, patch: ObjectPatch, options?: CallOptions): Promise<KubeObject> {
    if (!this.#covers(key)) return await this.#store.patch(key, patch, options);
    const { apiVersion: _version, kind: _kind, ...changes } = patch;
    return await modifyObject(this, key, (now) => mergePatch(now, changes) as KubeObject, options);
  }

  async rename(key: Key, name: string, options?: CallOptions): Promise<KubeObject> {
    if (this.#covers(key))
      throw new Error(`${key.kind} "${key.name}" is bound to its name by its encryption`);
    return await this.#store.rename(key, name, options);
  }

  async delete(key: Key, options?: DeleteOptions): Promise<KubeObject> {
    const deleted = await this.#store.delete(key, options);
    return this.#tried(deleted).object ?? deleted;
  }

  watch(kind: GroupKind, revision: Revision, signal: AbortSignal): AsyncIterable<WatchEvent> {
    const events = this.#store.watch(kind, revision, signal);
    return this.#covers(kind) ? this.#openedEvents(events) : events;
  }

  async *#openedEvents(events: AsyncIterable<WatchEvent>): AsyncGenerator<WatchEvent> {
    for await (const event of events) {
      if (event.type === 'BOOKMARK') {
        yield event;
        continue;
      }
      const { object } = this.#tried(event.object);
      if (object) yield { ...event, object };
    }
  }

  /** Empties an object that cannot be decrypted, so that it can be removed. Others stay as they are. */
  async discard(key: Key, options?: CallOptions): Promise<void> {
    try {
      await this.get(key, options);
    } catch (failure) {
      if (hasCode(failure, 'NOT_FOUND')) return;
      if (!(failure instanceof SealError)) throw failure;
      await modifyObject(this.#store, key, ({ sealed: _sealed, ...legible }) => legible, options);
    }
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }

  #covers({ group, kind }: GroupKind): boolean {
    return this.#options.kinds.some((each) => each.group === group && each.kind === kind);
  }

  #closed<T extends NewObject | KubeObject>(object: T): T {
    return this.#covers(groupKindOf(object)) ? seal(object, this.#options.keys) : object;
  }

  #opened(object: KubeObject): KubeObject {
    return this.#covers(groupKindOf(object)) ? unseal(object, this.#options.keys) : object;
  }

  #tried(object: KubeObject): Tried {
    try {
      return { object: this.#opened(object) };
    } catch (failure) {
      if (!(failure instanceof CodedError)) throw failure;
      const problem = failure instanceof SealError ? failure.problem : failure.message;
      const broken = { key: keyOf(object), problem, text: JSON.stringify(object) };
      this.#tell(broken);
      return { broken };
    }
  }

  #tell(broken: BrokenObject): void {
    const id = JSON.stringify(broken.key);
    if (!this.#told.has(id)) this.#options.onBroken?.(broken);
    this.#told.add(id);
  }
}

type Tried =
  | { readonly object: KubeObject; readonly broken?: undefined }
  | { readonly object?: undefined; readonly broken: BrokenObject };
