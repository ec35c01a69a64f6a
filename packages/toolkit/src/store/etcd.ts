import { hasCode } from '../errors/coded-error.ts';
import type { ApiObject } from '../object/meta.ts';
import { EtcdClient, type EtcdOptions, type KeyValue } from './etcd-client.ts';
import { created, isGone, keyOf, markedDeleted, matches, patched, renamed, updated } from './next-object.ts';
import {
  type Key,
  type ListResult,
  type NewObject,
  type ObjectPatch,
  type ObjectStore,
  type Selector,
  type WatchEvent,
  alreadyExists,
  conflict,
  notFound,
  revisionTooOld,
} from './store.ts';

/** Opens the store below `prefix` in etcd, which any number of hosts may share. */
export function openEtcdStore(options: EtcdOptions, prefix = '/gitops'): ObjectStore {
  return new EtcdStore(new EtcdClient(options), `${prefix}/objects/`);
}

interface RangeResponse {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly KeyValue[];
  readonly more?: boolean;
}

interface WatchResponse {
  readonly result?: {
    readonly header: { readonly revision: string };
    readonly events?: readonly {
      readonly type?: 'DELETE';
      readonly kv: KeyValue;
      readonly prev_kv?: KeyValue;
    }[];
    readonly compact_revision?: string;
    readonly canceled?: boolean;
    readonly cancel_reason?: string;
  };
}

interface Stored {
  readonly object: ApiObject;
  readonly modRevision: number;
}

const pageSize = 1_000;

/** Each object is one key. Its resourceVersion is etcd's revision of its last change. */
class EtcdStore implements ObjectStore {
  readonly #client: EtcdClient;
  readonly #prefix: string;

  constructor(client: EtcdClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  async get(key: Key): Promise<ApiObject> {
    return (await this.#read(key)).object;
  }

  async list(kind: string, selector?: Selector): Promise<ListResult> {
    const start = `${this.#prefix}${kind}/`;
    const end = prefixEnd(start);
    const items: ApiObject[] = [];
    let from = start;
    let revision = 0;
    for (;;) {
      // All pages are read at the revision of the first page.
      const page = await this.#client.call<RangeResponse>('/v3/kv/range', {
        key: base64(from),
        range_end: base64(end),
        limit: pageSize,
        ...(revision > 0 && { revision }),
      });
      revision ||= Number(page.header.revision);
      const kvs = page.kvs ?? [];
      items.push(...kvs.map(parseObject).filter((object) => matches(object, selector)));
      if (!page.more) return { revision, items };
      from = `${plainText(kvs.at(-1)!.key)}\0`;
    }
  }

  async create(object: NewObject): Promise<ApiObject> {
    const key = keyOf(object);
    const next = created(object, 0, new Date().toISOString());
    const written = await this.#put(key, next, isAbsent);
    if (!written) throw alreadyExists(key);
    return written;
  }

  async update(object: ApiObject): Promise<ApiObject> {
    const key = keyOf(object);
    const old = await this.#read(key);
    const written = await this.#write(key, old, updated(old.object, object, 0));
    if (!written) throw conflict(key);
    return written;
  }

  async patch(key: Key, patch: ObjectPatch): Promise<ApiObject> {
    return await this.#change(key, (old) => patched(old, patch, 0));
  }

  async rename(key: Key, name: string): Promise<ApiObject> {
    const taken = { ...key, name };
    for (;;) {
      const old = await this.#read(key);
      const value = JSON.stringify(renamed(old.object, name, 0));
      const revision = await this.#transact(
        [
          { key: base64(this.#keyText(key)), ...isUnchanged(old) },
          { key: base64(this.#keyText(taken)), ...isAbsent },
        ],
        [
          { request_delete_range: { key: base64(this.#keyText(key)) } },
          { request_put: { key: base64(this.#keyText(taken)), value: base64(value) } },
        ],
      );
      if (revision !== undefined) return withRevision(JSON.parse(value) as ApiObject, revision);
      if (await this.#isThere(taken)) throw alreadyExists(taken);
    }
  }

  async delete(key: Key): Promise<ApiObject> {
    return await this.#change(key, (old) => markedDeleted(old, 0, new Date().toISOString()));
  }

  async *watch(kind: string, revision: number, signal: AbortSignal): AsyncIterable<WatchEvent> {
    const wanted = `${this.#prefix}${kind}/`;
    let seen = revision;
    while (!signal.aborted) {
      try {
        for await (const { result } of this.#changesAfter(seen, signal)) {
          if (result?.compact_revision !== undefined) throw revisionTooOld(seen);
          if (result?.canceled) break;
          const events = (result?.events ?? []).filter(({ kv }) => plainText(kv.key).startsWith(wanted));
          for (const event of events) {
            const isDeleted = event.type === 'DELETE';
            const at = Number(event.kv.mod_revision);
            const type = isDeleted
              ? 'DELETED'
              : event.kv.create_revision === event.kv.mod_revision
                ? 'ADDED'
                : 'MODIFIED';
            const object = parseObject(
              isDeleted ? { ...event.prev_kv!, mod_revision: event.kv.mod_revision } : event.kv,
            );
            yield { type, revision: at, object };
            seen = at;
            if (signal.aborted) return;
          }
          const last = result?.events?.at(-1);
          const upTo = last ? Number(last.kv.mod_revision) : Number(result?.header.revision ?? 0);
          if (events.length === 0 && last && upTo > seen) yield { type: 'BOOKMARK', revision: upTo };
          if (last) seen = Math.max(seen, upTo);
        }
      } catch (failure) {
        if (signal.aborted) return;
        // A stream that broke off is continued where it ended; an unreachable server is reported to the
        // caller.
        if (
          hasCode(failure, 'REVISION_TOO_OLD') ||
          hasCode(failure, 'ETCD_UNREACHABLE') ||
          hasCode(failure, 'ETCD_DENIED')
        )
          throw failure;
        if ((failure as NodeJS.ErrnoException).code !== 'ECONNRESET') throw failure;
      }
    }
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  /** Streams the changes of all kinds. Only then is it known that a kind had none. */
  #changesAfter(revision: number, signal: AbortSignal): AsyncGenerator<WatchResponse> {
    return this.#client.stream<WatchResponse>(
      '/v3/watch',
      {
        create_request: {
          key: base64(this.#prefix),
          range_end: base64(prefixEnd(this.#prefix)),
          start_revision: revision + 1,
          prev_kv: true,
        },
      },
      signal,
    );
  }

  async #read(key: Key): Promise<Stored> {
    const kv = await this.#range(key);
    if (!kv) throw notFound(key);
    return { object: parseObject(kv), modRevision: Number(kv.mod_revision) };
  }

  async #isThere(key: Key): Promise<boolean> {
    return (await this.#range(key)) !== undefined;
  }

  async #range(key: Key): Promise<KeyValue | undefined> {
    const { kvs } = await this.#client.call<RangeResponse>('/v3/kv/range', {
      key: base64(this.#keyText(key)),
    });
    return kvs?.[0];
  }

  /** Repeats the decision for as long as others write in between. */
  async #change(key: Key, decide: (old: ApiObject) => ApiObject): Promise<ApiObject> {
    for (;;) {
      const old = await this.#read(key);
      const written = await this.#write(key, old, decide(old.object));
      if (written) return written;
    }
  }

  /** Writes an object. Returns `undefined` if it has changed since it was read. */
  async #write(key: Key, old: Stored, next: ApiObject): Promise<ApiObject | undefined> {
    if (!isGone(next)) return await this.#put(key, next, isUnchanged(old));
    const at = { key: base64(this.#keyText(key)) };
    const revision = await this.#transact([{ ...at, ...isUnchanged(old) }], [{ request_delete_range: at }]);
    return revision === undefined ? undefined : withRevision(next, revision);
  }

  async #put(key: Key, object: ApiObject, condition: object): Promise<ApiObject | undefined> {
    const value = JSON.stringify(object);
    const at = { key: base64(this.#keyText(key)) };
    const revision = await this.#transact(
      [{ ...at, ...condition }],
      [{ request_put: { ...at, value: base64(value) } }],
    );
    return revision === undefined ? undefined : withRevision(JSON.parse(value) as ApiObject, revision);
  }

  /** Commits the writes, and returns their revision, or `undefined` if a condition does not hold. */
  async #transact(conditions: readonly object[], requests: readonly object[]): Promise<string | undefined> {
    const { succeeded, header } = await this.#client.call<{
      readonly succeeded?: boolean;
      readonly header: { readonly revision: string };
    }>('/v3/kv/txn', {
      compare: conditions.map((condition) => ({ result: 'EQUAL', ...condition })),
      success: requests,
    });
    return succeeded ? header.revision : undefined;
  }

  #keyText({ kind, namespace = 'default', name }: Key): string {
    return `${this.#prefix}${kind}/${namespace}/${name}`;
  }
}

const isAbsent = { target: 'CREATE', create_revision: '0' };
const isUnchanged = ({ modRevision }: Stored): object => ({
  target: 'MOD',
  mod_revision: String(modRevision),
});

const parseObject = ({ value, mod_revision }: KeyValue): ApiObject =>
  withRevision(JSON.parse(plainText(value)) as ApiObject, mod_revision);

const withRevision = (object: ApiObject, resourceVersion: string): ApiObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
});

const base64 = (plain: string): string => Buffer.from(plain).toString('base64');
const plainText = (encoded: string): string => Buffer.from(encoded, 'base64').toString();

/** Returns the first key after all those that start with `prefix`, which ends in an ASCII character. */
const prefixEnd = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
