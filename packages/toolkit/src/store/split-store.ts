import { type GroupKind, groupKindOf } from '../object/group-kind.ts';
import type { KubeObject } from '../object/kube-object.ts';
import type { OpenReader } from './awaited-store.ts';
import type {
  CallOptions,
  DeleteOptions,
  Key,
  ListResult,
  MendableStore,
  NewObject,
  ObjectPatch,
  Revision,
  Selector,
  WatchEvent,
} from './store.ts';

/** Two stores that are seen as one. Each kind is in one of them. */
export interface Halves<Local, Shared> {
  readonly local: Local;
  readonly shared: Shared;
  readonly isLocal: (kind: GroupKind) => boolean;
}

/** Reads the kinds of which each host has its own objects, and those that it shares with others. */
export class SplitReader<Local extends OpenReader, Shared extends OpenReader> implements OpenReader {
  protected readonly halves: Halves<Local, Shared>;

  constructor(halves: Halves<Local, Shared>) {
    this.halves = halves;
  }

  async list(kind: GroupKind, selector?: Selector, options?: CallOptions): Promise<ListResult> {
    return await this.of(kind).list(kind, selector, options);
  }

  watch(kind: GroupKind, revision: Revision, signal: AbortSignal): AsyncIterable<WatchEvent> {
    return this.of(kind).watch(kind, revision, signal);
  }

  protected of(kind: GroupKind): Local | Shared {
    const { local, shared, isLocal } = this.halves;
    return isLocal(kind) ? local : shared;
  }

  [Symbol.dispose](): void {
    this.halves.local[Symbol.dispose]();
    this.halves.shared[Symbol.dispose]();
  }
}

/** The same for reading and writing. Revisions of one half mean nothing to the other, and kinds never mix. */
export class SplitStore extends SplitReader<MendableStore, MendableStore> implements MendableStore {
  async get(key: Key, options?: CallOptions): Promise<KubeObject> {
    return await this.of(key).get(key, options);
  }

  async create(object: NewObject, options?: CallOptions): Promise<KubeObject> {
    return await this.of(groupKindOf(object)).create(object, options);
  }

  async update(object: KubeObject, options?: CallOptions): Promise<KubeObject> {
    return await this.of(groupKindOf(object)).update(object, options);
  }

  async patch(key: Key, patch: ObjectPatch, options?: CallOptions): Promise<KubeObject> {
    return await this.of(key).patch(key, patch, options);
  }

  async rename(key: Key, name: string, options?: CallOptions): Promise<KubeObject> {
    return await this.of(key).rename(key, name, options);
  }

  async delete(key: Key, options?: DeleteOptions): Promise<KubeObject> {
    return await this.of(key).delete(key, options);
  }

  async mend(object: NewObject): Promise<KubeObject> {
    return await this.of(groupKindOf(object)).mend(object);
  }
}
