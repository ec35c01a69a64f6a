import { hasCode } from '../errors/coded-error.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { modifyObject } from './modify-object.ts';
import type { ObjectKind } from '../scheme/object-kind.ts';
import type {
  Bookmark,
  BrokenObject,
  CallOptions,
  Change,
  DeleteOptions,
  Key,
  NewMetadata,
  ObjectPatch,
  ObjectStore,
  Revision,
  Selector,
  StoreReader,
} from './store.ts';

/** Identifies an object of a known kind. */
export type KindKey = Pick<Key, 'namespace' | 'name'>;

export interface TypedList<T> {
  readonly revision: Revision;
  readonly items: readonly T[];
  readonly broken?: readonly BrokenObject[];
}

export interface TypedChange<T> extends Change {
  readonly object: T & KubeObject;
}

/** An object as it is passed to `create`. */
export type NewOf<T extends KubeObject> = Pick<T, 'spec' | 'status'> & { readonly metadata: NewMetadata };

/** Reads the objects of one kind, with their type. */
export class KindReader<T extends KubeObject> {
  readonly #store: StoreReader;
  readonly #kind: ObjectKind<T>;

  constructor(store: StoreReader, kind: ObjectKind<T>) {
    this.#store = store;
    this.#kind = kind;
  }

  async list(selector?: Selector, options?: CallOptions): Promise<TypedList<T>> {
    const found = await this.#store.list(this.#kind, selector, options);
    return { ...found, items: found.items.map(this.#kind.decode) };
  }

  async *watch(revision: Revision, signal: AbortSignal): AsyncGenerator<TypedChange<T> | Bookmark> {
    for await (const event of this.#store.watch(this.#kind, revision, signal))
      yield event.type === 'BOOKMARK' ? event : { ...event, object: this.#kind.decode(event.object) };
  }
}

/** Reads and writes the objects of one kind, with their type. */
export class KindStore<T extends KubeObject> extends KindReader<T> {
  readonly #store: ObjectStore;
  readonly #kind: ObjectKind<T>;

  constructor(store: ObjectStore, kind: ObjectKind<T>) {
    super(store, kind);
    this.#store = store;
    this.#kind = kind;
  }

  /** @throws CodedError NOT_FOUND */
  async get(key: KindKey, options?: CallOptions): Promise<T> {
    return this.#kind.decode(await this.#store.get(this.#keyOf(key), options));
  }

  /** Returns an object, or `undefined` if there is none of that name. */
  async find(key: KindKey, options?: CallOptions): Promise<T | undefined> {
    try {
      return await this.get(key, options);
    } catch (failure) {
      if (hasCode(failure, 'NOT_FOUND')) return undefined;
      throw failure;
    }
  }

  /** Returns the object with a uid, whatever its name is now, or `undefined` if there is none. */
  async findByUid(uid: string, options?: CallOptions): Promise<T | undefined> {
    return (await this.list({ fields: { 'metadata.uid': uid } }, options)).items[0];
  }

  /** @throws CodedError ALREADY_EXISTS */
  async create(object: NewOf<T>, options?: CallOptions): Promise<T> {
    const { apiVersion, kind, defaultNamespace: namespace, decode } = this.#kind;
    const metadata = { namespace, ...object.metadata };
    return decode(await this.#store.create({ apiVersion, kind, ...object, metadata }, options));
  }

  /** @throws CodedError CONFLICT, NOT_FOUND */
  async update(object: T, options?: CallOptions): Promise<T> {
    const { apiVersion } = this.#kind;
    return this.#kind.decode(await this.#store.update({ ...object, apiVersion }, options));
  }

  /**
   * Changes the current state of an object, whoever else writes in between. Nothing is written if `change`
   * returns the object that it was given.
   * @throws CodedError NOT_FOUND
   */
  async modify(key: KindKey, change: (now: T) => T, options?: CallOptions): Promise<T> {
    const { apiVersion, decode } = this.#kind;
    const changeStored = (stored: KubeObject): KubeObject => {
      const now = decode(stored);
      const next = change(now);
      return next === now ? stored : { ...next, apiVersion };
    };
    return decode(await modifyObject(this.#store, this.#keyOf(key), changeStored, options));
  }

  /** Creates an object, or changes the one of its name. */
  async createOrModify(object: NewOf<T>, change: (known: T) => T, options?: CallOptions): Promise<T> {
    for (;;) {
      try {
        return await this.create(object, options);
      } catch (failure) {
        if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure;
      }
      try {
        return await this.modify(object.metadata, change, options);
      } catch (failure) {
        if (!hasCode(failure, 'NOT_FOUND')) throw failure; // someone has removed it in between
      }
    }
  }

  /** @throws CodedError CONFLICT, NOT_FOUND */
  async patch(key: KindKey, patch: ObjectPatch, options?: CallOptions): Promise<T> {
    return this.#kind.decode(await this.#store.patch(this.#keyOf(key), patch, options));
  }

  /** @throws CodedError NOT_FOUND, ALREADY_EXISTS */
  async rename(key: KindKey, name: string, options?: CallOptions): Promise<T> {
    return this.#kind.decode(await this.#store.rename(this.#keyOf(key), name, options));
  }

  /** @throws CodedError NOT_FOUND */
  async delete(key: KindKey, options?: DeleteOptions): Promise<T> {
    return this.#kind.decode(await this.#store.delete(this.#keyOf(key), options));
  }

  #keyOf({ name, namespace = this.#kind.defaultNamespace }: KindKey): Key {
    const { group, kind } = this.#kind;
    return { group, kind, namespace, name };
  }
}
