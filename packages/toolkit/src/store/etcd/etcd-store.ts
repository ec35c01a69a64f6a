import type { GroupKind } from '../../object/group-kind.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { EtcdClient, type EtcdOptions, type KeyValue, type RangeResponse } from './etcd-client.ts';
import { base64, keyAfter, prefixRange, rowIn } from './etcd-key-value.ts';
import { EtcdLayout } from './etcd-layout.ts';
import { type EtcdToMigrate, isCurrent, migrateEtcd } from './etcd-schema.ts';
import { watchPrefix } from './etcd-watch.ts';
import {
  created,
  inOrder,
  isGone,
  keyOf,
  markedDeleted,
  patched,
  renamed,
  updated,
  withRevision,
} from '../next-object.ts';
import {
  type CallOptions,
  type DeleteOptions,
  type Key,
  type ListResult,
  type MendableStore,
  type NewObject,
  type ObjectPatch,
  type Revision,
  type Selector,
  type WatchEvent,
  alreadyExists,
  conflict,
  notFound,
  watchCancelled,
} from '../store.ts';
import { RowDecoder, type RowOptions, type StoredRow, type UpgradeObject } from '../stored-row.ts';

export interface EtcdStoreOptions extends EtcdOptions, RowOptions {
  /** The beginning of all keys. */
  readonly prefix?: string;
  /** Is applied once to each object that a program with an older schema has stored. */
  readonly upgrade?: UpgradeObject;
}

/**
 * Opens the store below `prefix` in etcd, which any number of hosts may share. Bookmarks come as often as
 * etcd notifies of progress (`--experimental-watch-progress-notify-interval`).
 */
export function openEtcdStore(options: EtcdStoreOptions): MendableStore {
  const { prefix = '/gitops', upgrade = (object) => object } = options;
  const place = { client: new EtcdClient(options), layout: new EtcdLayout(prefix), upgrade };
  return new EtcdStore(place, new RowDecoder(options));
}

interface Stored {
  readonly object: KubeObject;
  readonly modRevision: string;
}

interface TransactionResponse {
  readonly succeeded?: boolean;
  readonly header: { readonly revision: string };
}

const pageSize = 1_000;

/** Each object is one key. Its resourceVersion is etcd's revision of its last change. */
class EtcdStore implements MendableStore {
  readonly #place: EtcdToMigrate;
  readonly #client: EtcdClient;
  readonly #layout: EtcdLayout;
  readonly #decoder: RowDecoder;
  readonly #closing = new AbortController();
  #migrated: Promise<void> | undefined;

  constructor(place: EtcdToMigrate, decoder: RowDecoder) {
    this.#place = place;
    this.#client = place.client;
    this.#layout = place.layout;
    this.#decoder = decoder;
  }

  async get(key: Key, options?: CallOptions): Promise<KubeObject> {
    return (await this.#read(key, options)).object;
  }

  async list(kind: GroupKind, selector?: Selector, options?: CallOptions): Promise<ListResult> {
    await this.#ready();
    const { key, range_end } = prefixRange(this.#layout.kind(kind, selector?.namespace));
    const rows: StoredRow[] = [];
    let from = key;
    let revision: Revision | undefined;
    for (;;) {
      // All pages are read at the revision of the first page.
      const page = await this.#client.call<RangeResponse>(
        '/v3/kv/range',
        { key: from, range_end, limit: pageSize, ...(revision !== undefined && { revision }) },
        options,
      );
      revision ??= page.header.revision;
      const kvs = page.kvs ?? [];
      rows.push(...kvs.map((kv) => rowIn(kv, this.#layout)));
      if (!page.more) break;
      from = keyAfter(kvs.at(-1)!.key);
    }
    const { items, broken } = this.#decoder.all(rows, selector);
    return { revision, items: items.toSorted(inOrder), broken };
  }

  async create(object: NewObject, options?: CallOptions): Promise<KubeObject> {
    const key = keyOf(object);
    const next = created(object, 0, new Date().toISOString());
    const written = await this.#put(key, next, isAbsent, options);
    if (!written) throw alreadyExists(key);
    return written;
  }

  async update(object: KubeObject, options?: CallOptions): Promise<KubeObject> {
    const key = keyOf(object);
    const old = await this.#read(key, options);
    const written = await this.#write(key, old, updated(old.object, object, 0), options);
    if (!written) throw conflict(key);
    return written;
  }

  async patch(key: Key, patch: ObjectPatch, options?: CallOptions): Promise<KubeObject> {
    return await this.#change(key, (old) => patched(old, patch, 0), options);
  }

  async rename(key: Key, name: string, options?: CallOptions): Promise<KubeObject> {
    const taken = { ...key, name };
    for (;;) {
      const old = await this.#read(key, options);
      const value = JSON.stringify(renamed(old.object, name, 0));
      const from = { key: this.#keyOf(key) };
      const to = { key: this.#keyOf(taken) };
      const revision = await this.#transact(
        [
          { ...from, ...isUnchanged(old) },
          { ...to, ...isAbsent },
        ],
        [{ request_delete_range: from }, { request_put: { ...to, value: base64(value) } }],
        options,
      );
      if (revision !== undefined) return withRevision(JSON.parse(value) as KubeObject, revision);
      if (await this.#range(taken, options)) throw alreadyExists(taken);
    }
  }

  async delete(key: Key, options?: DeleteOptions): Promise<KubeObject> {
    const now = new Date().toISOString();
    return await this.#change(key, (old) => markedDeleted(old, 0, now, options?.resourceVersion), options);
  }

  async mend(object: NewObject): Promise<KubeObject> {
    const key = keyOf(object);
    const kv = await this.#range(key);
    if (!kv || this.#decoder.sound(rowIn(kv, this.#layout))) throw notFound(key);
    const next = created(object, 0, new Date().toISOString());
    const written = await this.#put(key, next, isUnchanged({ modRevision: kv.mod_revision }));
    if (!written) throw conflict(key);
    return written;
  }

  async *watch(kind: GroupKind, revision: Revision, signal: AbortSignal): AsyncIterable<WatchEvent> {
    await this.#ready();
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    const watched = {
      client: this.#client,
      prefix: this.#layout.kind(kind),
      objectIn: (kv: KeyValue) => this.#decoder.sound(rowIn(kv, this.#layout)),
    };
    yield* watchPrefix(watched, revision, ended);
    if (!signal.aborted) throw watchCancelled('it was closed');
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#client[Symbol.dispose]();
  }

  /** Resolves once the schema is up to date, which is tried again after a failure. */
  async #ready(): Promise<void> {
    this.#migrated ??= migrateEtcd(this.#place);
    try {
      await this.#migrated;
    } catch (failure) {
      this.#migrated = undefined;
      throw failure;
    }
  }

  async #read(key: Key, options?: CallOptions): Promise<Stored> {
    const kv = await this.#range(key, options);
    if (!kv) throw notFound(key);
    return { object: this.#decoder.one(rowIn(kv, this.#layout)), modRevision: kv.mod_revision };
  }

  async #range(key: Key, options?: CallOptions): Promise<KeyValue | undefined> {
    await this.#ready();
    const { kvs } = await this.#client.call<RangeResponse>(
      '/v3/kv/range',
      { key: this.#keyOf(key) },
      options,
    );
    return kvs?.[0];
  }

  /** Repeats the decision for as long as others write in between. */
  async #change(
    key: Key,
    decide: (old: KubeObject) => KubeObject,
    options?: CallOptions,
  ): Promise<KubeObject> {
    for (;;) {
      const old = await this.#read(key, options);
      const written = await this.#write(key, old, decide(old.object), options);
      if (written) return written;
    }
  }

  /** Writes an object. Returns `undefined` if it has changed since it was read. */
  async #write(
    key: Key,
    old: Stored,
    next: KubeObject,
    options?: CallOptions,
  ): Promise<KubeObject | undefined> {
    if (!isGone(next)) return await this.#put(key, next, isUnchanged(old), options);
    const at = { key: this.#keyOf(key) };
    const revision = await this.#transact(
      [{ ...at, ...isUnchanged(old) }],
      [{ request_delete_range: at }],
      options,
    );
    return revision === undefined ? undefined : withRevision(next, revision);
  }

  async #put(
    key: Key,
    object: KubeObject,
    condition: object,
    options?: CallOptions,
  ): Promise<KubeObject | undefined> {
    const value = JSON.stringify(object);
    const at = { key: this.#keyOf(key) };
    const revision = await this.#transact(
      [{ ...at, ...condition }],
      [{ request_put: { ...at, value: base64(value) } }],
      options,
    );
    return revision === undefined ? undefined : withRevision(JSON.parse(value) as KubeObject, revision);
  }

  /**
   * Commits the writes, and returns their revision, or `undefined` if a condition does not hold.
   * @throws CodedError STORE_TOO_NEW if a newer program has changed the schema meanwhile
   */
  async #transact(
    conditions: readonly object[],
    requests: readonly object[],
    options?: CallOptions,
  ): Promise<string | undefined> {
    await this.#ready();
    const { succeeded, header } = await this.#client.call<TransactionResponse>(
      '/v3/kv/txn',
      {
        compare: [isCurrent(this.#layout), ...conditions].map((each) => ({ result: 'EQUAL', ...each })),
        success: requests,
      },
      options,
    );
    if (succeeded) return header.revision;
    await migrateEtcd(this.#place);
    return undefined;
  }

  #keyOf(key: Key): string {
    return base64(this.#layout.object(key));
  }
}

const isAbsent = { target: 'CREATE', create_revision: '0' };
const isUnchanged = ({ modRevision }: Pick<Stored, 'modRevision'>): object => ({
  target: 'MOD',
  mod_revision: modRevision,
});
