import type { GroupKind } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { ChangeLog } from './change-log.ts';
import { created, inOrder, isGone, keyOf, markedDeleted, patched, renamed, updated } from './next-object.ts';
import {
  type ChangeType,
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
  notFound,
  watchCancelled,
} from './store.ts';
import { RowDecoder, type RowOptions, type StoredRow } from './stored-row.ts';

/** Keeps objects in this process, for tests and for programs that persist nothing. */
export class MemoryStore implements MendableStore {
  readonly #rows = new Map<string, StoredRow>();
  readonly #log = new ChangeLog();
  readonly #decoder: RowDecoder;
  #revision = 0;
  #changed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(options?: RowOptions) {
    this.#decoder = new RowDecoder(options);
  }

  async get(key: Key): Promise<KubeObject> {
    return this.#read(key);
  }

  async list({ group, kind }: GroupKind, selector: Selector = {}): Promise<ListResult> {
    const { namespace } = selector;
    const rows = [...this.#rows.values()].filter(
      (row) =>
        row.group === group && row.kind === kind && (namespace === undefined || row.namespace === namespace),
    );
    const { items, broken } = this.#decoder.all(rows, selector);
    return { revision: String(this.#revision), items: items.toSorted(inOrder), broken };
  }

  async create(object: NewObject): Promise<KubeObject> {
    const key = keyOf(object);
    if (this.#rows.has(idOf(key))) throw alreadyExists(key);
    return this.#write('ADDED', created(object, this.#revision + 1, new Date().toISOString()));
  }

  async update(object: KubeObject): Promise<KubeObject> {
    const next = updated(this.#read(keyOf(object)), object, this.#revision + 1);
    return this.#write(isGone(next) ? 'DELETED' : 'MODIFIED', next);
  }

  async patch(key: Key, patch: ObjectPatch): Promise<KubeObject> {
    const next = patched(this.#read(key), patch, this.#revision + 1);
    return this.#write(isGone(next) ? 'DELETED' : 'MODIFIED', next);
  }

  async rename(key: Key, name: string): Promise<KubeObject> {
    const old = this.#read(key);
    const taken = { ...key, name };
    if (this.#rows.has(idOf(taken))) throw alreadyExists(taken);
    this.#write('DELETED', old);
    return this.#write('ADDED', renamed(old, name, this.#revision + 1));
  }

  async delete(key: Key, options?: DeleteOptions): Promise<KubeObject> {
    const now = new Date().toISOString();
    const next = markedDeleted(this.#read(key), this.#revision + 1, now, options?.resourceVersion);
    return this.#write(isGone(next) ? 'DELETED' : 'MODIFIED', next);
  }

  async mend(object: NewObject): Promise<KubeObject> {
    const key = keyOf(object);
    const row = this.#rows.get(idOf(key));
    if (!row || this.#decoder.sound(row)) throw notFound(key);
    return this.#write('ADDED', created(object, this.#revision + 1, new Date().toISOString()));
  }

  async *watch(kind: GroupKind, revision: Revision, signal: AbortSignal): AsyncIterable<WatchEvent> {
    const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => abort(), { once: true });
    let seen = Number(revision);
    while (!signal.aborted) {
      if (this.#isClosed) throw watchCancelled('it was closed');
      const changed = this.#changed.promise;
      const upTo = this.#revision;
      const changes = this.#log.after(kind, seen);
      for (const change of changes) {
        yield structuredClone(change);
        if (signal.aborted) return;
      }
      if (upTo > seen && changes.length === 0) yield { type: 'BOOKMARK', revision: String(upTo) };
      seen = Math.max(seen, upTo);
      if (this.#revision === upTo) await Promise.race([changed, aborted]);
    }
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#rows.clear();
    this.#changed.resolve();
  }

  #read(key: Key): KubeObject {
    const row = this.#rows.get(idOf(key));
    if (!row) throw notFound(key);
    return this.#decoder.one(row);
  }

  #write(type: ChangeType, object: KubeObject): KubeObject {
    const json = JSON.stringify(object); // the caller may change its object later
    const key = keyOf(object);
    this.#revision += 1;
    if (type === 'DELETED') this.#rows.delete(idOf(key));
    else this.#rows.set(idOf(key), { ...key, json });
    this.#log.append({ type, revision: String(this.#revision), object: JSON.parse(json) as KubeObject });
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
    return JSON.parse(json) as KubeObject;
  }
}

const idOf = ({ group, kind, namespace = 'default', name }: Key): string =>
  [group, kind, namespace, name].join('/');
