import type { GroupKind } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { ChangeLog } from './change-log.ts';
import {
  created,
  inOrder,
  isGone,
  keyOf,
  markedDeleted,
  matches,
  patched,
  renamed,
  updated,
} from './next-object.ts';
import {
  type ChangeType,
  type DeleteOptions,
  type Key,
  type ListResult,
  type NewObject,
  type ObjectPatch,
  type ObjectStore,
  type Revision,
  type Selector,
  type WatchEvent,
  alreadyExists,
  notFound,
  watchCancelled,
} from './store.ts';

/** Keeps objects in this process, for tests and for programs that persist nothing. */
export class MemoryStore implements ObjectStore {
  readonly #objects = new Map<string, KubeObject>();
  readonly #log = new ChangeLog();
  #revision = 0;
  #changed = Promise.withResolvers<void>();
  #isClosed = false;

  async get(key: Key): Promise<KubeObject> {
    return structuredClone(this.#read(key));
  }

  async list({ group, kind }: GroupKind, selector?: Selector): Promise<ListResult> {
    const items = [...this.#objects.values()]
      .filter((object) => keyOf(object).group === group && object.kind === kind && matches(object, selector))
      .sort(inOrder);
    return { revision: String(this.#revision), items: structuredClone(items) };
  }

  async create(object: NewObject): Promise<KubeObject> {
    const key = keyOf(object);
    if (this.#objects.has(idOf(key))) throw alreadyExists(key);
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
    if (this.#objects.has(idOf(taken))) throw alreadyExists(taken);
    this.#write('DELETED', old);
    return this.#write('ADDED', renamed(old, name, this.#revision + 1));
  }

  async delete(key: Key, options?: DeleteOptions): Promise<KubeObject> {
    const now = new Date().toISOString();
    const next = markedDeleted(this.#read(key), this.#revision + 1, now, options?.resourceVersion);
    return this.#write(isGone(next) ? 'DELETED' : 'MODIFIED', next);
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
    this.#objects.clear();
    this.#changed.resolve();
  }

  #read(key: Key): KubeObject {
    const object = this.#objects.get(idOf(key));
    if (!object) throw notFound(key);
    return object;
  }

  #write(type: ChangeType, written: KubeObject): KubeObject {
    const object = JSON.parse(JSON.stringify(written)) as KubeObject; // the caller may change its object later
    this.#revision += 1;
    if (type === 'DELETED') this.#objects.delete(idOf(keyOf(object)));
    else this.#objects.set(idOf(keyOf(object)), object);
    this.#log.append({ type, revision: String(this.#revision), object });
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
    return structuredClone(object);
  }
}

const idOf = ({ group, kind, namespace = 'default', name }: Key): string =>
  [group, kind, namespace, name].join('/');
