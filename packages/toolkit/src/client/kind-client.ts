import { hasCode } from '../errors/coded-error.ts';
import type { KubeObject } from '../object/kube-object.ts';
import type { Resource } from '../scheme/resource.ts';
import type { ObjectKind } from '../store/object-kind.ts';
import { type GroupVersionResource, versionOf } from './group-version-resource.ts';
import type {
  CallOptions,
  DeleteOptions,
  ListOptions,
  NewObject,
  ObjectClient,
  WatchEvent,
  WatchOptions,
} from './object-client.ts';

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

/** Reads and writes the objects of one kind through a client, with their type. */
export class KindClient<T extends KubeObject> {
  readonly #client: ObjectClient;
  readonly #kind: ObjectKind<T>;
  readonly #resource: GroupVersionResource;

  constructor(client: ObjectClient, { group, plural }: Resource<T>, kind: ObjectKind<T>) {
    this.#client = client;
    this.#kind = kind;
    this.#resource = { group, version: versionOf(kind.apiVersion), resource: plural };
  }

  get kind(): string {
    return this.#kind.kind;
  }

  /** @throws CodedError NOT_FOUND */
  async get(key: KindKey, options?: CallOptions): Promise<T> {
    return this.#kind.decode(await this.#client.get({ ...this.#resource, ...nameIn(key) }, options));
  }

  async find(key: KindKey, options?: CallOptions): Promise<T | undefined> {
    try {
      return await this.get(key, options);
    } catch (failure) {
      if (hasCode(failure, 'NOT_FOUND')) return undefined;
      throw failure;
    }
  }

  async list(options?: ListOptions): Promise<KindList<T>> {
    const { resourceVersion, items } = await this.#client.list(this.#resource, options);
    return { resourceVersion, items: items.map(this.#kind.decode) };
  }

  async *watch(options: WatchOptions): AsyncGenerator<KindWatchEvent<T>> {
    for await (const event of this.#client.watch(this.#resource, options))
      yield event.type === 'BOOKMARK' ? event : { ...event, object: this.#kind.decode(event.object) };
  }

  /** @throws CodedError ALREADY_EXISTS, INVALID */
  async create(object: NewOfKind, options?: CallOptions): Promise<T> {
    const { apiVersion, kind } = this.#kind;
    return this.#kind.decode(
      await this.#client.create(this.#resource, { ...object, apiVersion, kind }, options),
    );
  }

  /** @throws CodedError CONFLICT, NOT_FOUND, INVALID */
  async update(object: T, options?: CallOptions): Promise<T> {
    return this.#kind.decode(await this.#client.update(this.#resource, object, options));
  }

  /**
   * Changes the current state of an object, whoever else writes in between. Nothing is written if `change`
   * returns the object that it was given.
   * @throws CodedError NOT_FOUND, INVALID
   */
  async modify(key: KindKey, change: (now: T) => T, options?: CallOptions): Promise<T> {
    return await this.#modify(key, change, async (next) => await this.update(next, options), options);
  }

  /**
   * Changes the current status of an object in the same way, and nothing else of it.
   * @throws CodedError NOT_FOUND, INVALID
   */
  async modifyStatus(key: KindKey, change: (now: T) => T, options?: CallOptions): Promise<T> {
    const write = async (next: T): Promise<T> =>
      this.#kind.decode(await this.#client.updateStatus(this.#resource, next, options));
    return await this.#modify(key, change, write, options);
  }

  /** @throws CodedError CONFLICT, NOT_FOUND */
  async delete(key: KindKey, options?: DeleteOptions): Promise<void> {
    await this.#client.delete({ ...this.#resource, ...nameIn(key) }, options);
  }

  async #modify(
    key: KindKey,
    change: (now: T) => T,
    write: (next: T) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    for (;;) {
      options.signal?.throwIfAborted();
      const now = await this.get(key, options);
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
