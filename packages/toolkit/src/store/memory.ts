import type { ApiObject } from '../object/meta.ts';
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
  notFound,
  revisionTooOld,
} from './store.ts';

const changesKept = 10_000;
/** The number of old changes that are dropped at once. */
const changesSlack = 1_000;

type Change = Exclude<WatchEvent, { readonly type: 'BOOKMARK' }>;

/** Keeps objects in this process, for tests and for programs that persist nothing. */
export class MemoryStore implements ObjectStore {
  readonly #objects = new Map<string, ApiObject>();
  #changes: Change[] = [];
  #revision = 0;
  #changed = Promise.withResolvers<void>();

  async get(key: Key): Promise<ApiObject> {
    return structuredClone(this.#read(key));
  }

  async list(kind: string, selector?: Selector): Promise<ListResult> {
    const items = [...this.#objects.values()]
      .filter((object) => object.kind === kind && matches(object, selector))
      .sort(
        (a, b) =>
          compare(a.metadata.namespace, b.metadata.namespace) || compare(a.metadata.name, b.metadata.name),
      );
    return { revision: this.#revision, items: structuredClone(items) };
  }

  async create(object: NewObject): Promise<ApiObject> {
    if (this.#objects.has(idOf(object))) throw alreadyExists(keyOf(object));
    return this.#write('ADDED', created(object, this.#revision + 1, new Date().toISOString()));
  }

  async update(object: ApiObject): Promise<ApiObject> {
    const next = updated(this.#read(keyOf(object)), object, this.#revision + 1);
    return this.#write(isGone(next) ? 'DELETED' : 'MODIFIED', next);
  }

  async patch(key: Key, patch: ObjectPatch): Promise<ApiObject> {
    const next = patched(this.#read(key), patch, this.#revision + 1);
    return this.#write(isGone(next) ? 'DELETED' : 'MODIFIED', next);
  }

  async rename(key: Key, name: string): Promise<ApiObject> {
    const old = this.#read(key);
    const taken = { ...key, name };
    if (this.#objects.has(idOf({ kind: key.kind, metadata: taken }))) throw alreadyExists(taken);
    this.#write('DELETED', old);
    return this.#write('ADDED', renamed(old, name, this.#revision + 1));
  }

  async delete(key: Key): Promise<ApiObject> {
    const next = markedDeleted(this.#read(key), this.#revision + 1, new Date().toISOString());
    return this.#write(isGone(next) ? 'DELETED' : 'MODIFIED', next);
  }

  async *watch(kind: string, revision: number, signal: AbortSignal): AsyncIterable<WatchEvent> {
    const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => abort(), { once: true });
    let seen = revision;
    while (!signal.aborted) {
      const changed = this.#changed.promise;
      const upTo = this.#revision;
      if (seen < upTo - this.#changes.length) throw revisionTooOld(seen);
      const events = this.#changes
        .slice(Math.max(0, this.#changes.length - (upTo - seen)))
        .filter(({ object }) => object.kind === kind);
      for (const event of events) {
        yield structuredClone(event);
        if (signal.aborted) return;
      }
      if (upTo > seen && events.length === 0) yield { type: 'BOOKMARK', revision: upTo };
      seen = Math.max(seen, upTo);
      if (this.#revision === upTo) await Promise.race([changed, aborted]);
    }
  }

  [Symbol.dispose](): void {
    this.#objects.clear();
  }

  #read(key: Key): ApiObject {
    const object = this.#objects.get(idOf({ kind: key.kind, metadata: key }));
    if (!object) throw notFound(key);
    return object;
  }

  #write(type: Change['type'], written: ApiObject): ApiObject {
    const object = JSON.parse(JSON.stringify(written)) as ApiObject; // the caller may change its object later
    this.#revision += 1;
    if (type === 'DELETED') this.#objects.delete(idOf(object));
    else this.#objects.set(idOf(object), object);
    this.#changes.push({ type, revision: this.#revision, object });
    if (this.#changes.length > changesKept + changesSlack) this.#changes = this.#changes.slice(-changesKept);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
    return structuredClone(object);
  }
}

const idOf = (object: Parameters<typeof keyOf>[0]): string => Object.values(keyOf(object)).join('/');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
