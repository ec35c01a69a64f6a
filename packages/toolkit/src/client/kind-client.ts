import { hasCode } from '../errors/coded-error.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { type GroupVersionResource, apiVersionOf } from './group-version-resource.ts';
import type {
  CallOptions,
  DeleteOptions,
  ListOptions,
  NewObject,
  ObjectClient,
  ObjectReader,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './object-client.ts';

/** A resource with the kind of its objects. */
export interface KindResource extends GroupVersionResource {
  readonly kind: string;
}

/** A kind whose objects are given their type where they come from a client. */
export interface ClientKind<T extends KubeObject> extends KindResource {
  /** Pure. Returns a stored object with the fields and defaults of the type. */
  readonly decode: (stored: KubeObject) => T;
}

/** Reads and writes the objects of one kind as they are. */
export const objectsOf = (client: ObjectClient, kind: KindResource): KindClient<KubeObject> =>
  new KindClient(client, { ...kind, decode: (stored) => stored });

/** Identifies an object of a known kind. */
export interface KindKey {
  readonly namespace?: string;
  readonly name: string;
}

export interface KindList<T> {
  readonly resourceVersion: string;
  readonly items: readonly T[];
}

export type KindWatchEvent<T> =
  | Extract<WatchEvent, { readonly type: 'BOOKMARK' }>
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T };

/** An object as it is passed to `create`. */
export interface NewOfKind {
  readonly metadata: NewObject['metadata'];
  readonly [field: string]: unknown;
}

/** Lists and watches the objects of one kind, with their type. */
export class KindReader<T extends KubeObject> {
  readonly #objects: ObjectReader;
  readonly #kind: ClientKind<T>;

  constructor(objects: ObjectReader, kind: ClientKind<T>) {
    this.#objects = objects;
    this.#kind = kind;
  }

  async list(options?: ListOptions): Promise<KindList<T>> {
    const { resourceVersion, items } = await this.#objects.list(this.#kind, options);
    return { resourceVersion, items: items.map(this.#kind.decode) };
  }

  /** Returns the object with a uid, whatever its name is now, where the kind can be selected by it. */
  async findByUid(uid: string, options?: CallOptions): Promise<T | undefined> {
    const fields = [{ field: 'metadata.uid', operator: '=', value: uid }] as const;
    return (await this.list({ ...options, fields })).items[0];
  }

  async *watch(options: WatchOptions): AsyncGenerator<KindWatchEvent<T>> {
    for await (const event of this.#objects.watch(this.#kind, options))
      yield event.type === 'BOOKMARK' ? event : { ...event, object: this.#kind.decode(event.object) };
  }
}

/** How an object is changed that others may change meanwhile. */
export interface ModifyOptions<T> extends WriteOptions {
  /** The object as it was read last. It counts as the current one until a conflict tells otherwise, which saves a read. */
  readonly known?: T;
}

/** Reads and writes the objects of one kind through a client, with their type. */
export class KindClient<T extends KubeObject> extends KindReader<T> {
  readonly #client: ObjectClient;
  readonly #kind: ClientKind<T>;

  constructor(client: ObjectClient, kind: ClientKind<T>) {
    super(client, kind);
    this.#client = client;
    this.#kind = kind;
  }

  get kind(): string {
    return this.#kind.kind;
  }

  /** @throws CodedError NOT_FOUND */
  async get(key: KindKey, options?: CallOptions): Promise<T> {
    return this.#kind.decode(await this.#client.get({ ...this.#kind, ...nameIn(key) }, options));
  }

  async find(key: KindKey, options?: CallOptions): Promise<T | undefined> {
    try {
      return await this.get(key, options);
    } catch (failure) {
      if (hasCode(failure, 'NOT_FOUND')) return undefined;
      throw failure;
    }
  }

  /** @throws CodedError ALREADY_EXISTS, INVALID */
  async create(object: NewOfKind, options?: WriteOptions): Promise<T> {
    const { kind } = this.#kind;
    const whole = { ...object, apiVersion: apiVersionOf(this.#kind), kind };
    return this.#kind.decode(await this.#client.create(this.#kind, whole, options));
  }

  /** @throws CodedError CONFLICT, NOT_FOUND, INVALID */
  async update(object: T, options?: WriteOptions): Promise<T> {
    return this.#kind.decode(await this.#client.update(this.#kind, this.#asStored(object), options));
  }

  /**
   * Changes the current state of an object, whoever else writes in between. Nothing is written if `change`
   * returns the object that it was given.
   * @throws CodedError NOT_FOUND, INVALID
   */
  async modify(key: KindKey, change: (now: T) => T, options?: ModifyOptions<T>): Promise<T> {
    return await this.#modify(key, change, async (next) => await this.update(next, options), options);
  }

  /**
   * Changes the current status of an object in the same way, and nothing else of it.
   * @throws CodedError NOT_FOUND, INVALID
   */
  async modifyStatus(key: KindKey, change: (now: T) => T, options?: ModifyOptions<T>): Promise<T> {
    const write = async (next: T): Promise<T> =>
      this.#kind.decode(await this.#client.updateStatus(this.#kind, this.#asStored(next), options));
    return await this.#modify(key, change, write, options);
  }

  /** Changes an object, or creates it where there is none of its name. */
  async modifyOrCreate(change: () => Promise<T>, object: NewOfKind, options?: CallOptions): Promise<T> {
    for (;;) {
      try {
        return await change();
      } catch (failure) {
        if (!hasCode(failure, 'NOT_FOUND')) throw failure;
      }
      try {
        return await this.create(object, options);
      } catch (failure) {
        if (!hasCode(failure, 'ALREADY_EXISTS')) throw failure; // someone has created it in between
      }
    }
  }

  /**
   * Returns the object if it stays until its last finalizer is gone.
   * @throws CodedError CONFLICT, NOT_FOUND
   */
  async delete(key: KindKey, options?: DeleteOptions): Promise<T | undefined> {
    const { remaining } = await this.#client.delete({ ...this.#kind, ...nameIn(key) }, options);
    return remaining && this.#kind.decode(remaining);
  }

  /** An object that was read in another version is written in this one. */
  #asStored(object: T): KubeObject {
    return { ...object, apiVersion: apiVersionOf(this.#kind) };
  }

  async #modify(
    key: KindKey,
    change: (now: T) => T,
    write: (next: T) => Promise<T>,
    { known, signal }: ModifyOptions<T> = {},
  ): Promise<T> {
    for (let now = known; ; now = undefined) {
      signal?.throwIfAborted();
      now ??= await this.get(key, { signal });
      const next = change(now);
      if (next === now) return now;
      try {
        return await write(next);
      } catch (failure) {
        if (!hasCode(failure, 'CONFLICT')) throw failure;
      }
    }
  }
}

const nameIn = ({ namespace, name }: KindKey): KindKey => ({
  ...(namespace !== undefined && { namespace }),
  name,
});
