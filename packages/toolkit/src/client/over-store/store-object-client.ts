import { randomUUID } from 'node:crypto';
import { hasCode } from '../../errors/coded-error.ts';
import type { KubeObject } from '../../object/kube-object.ts';
import { isSameJson } from '../../object/same-json.ts';
import { keyOf } from '../../store/next-object.ts';
import type { Key, ObjectStore, CallOptions as StoreCallOptions } from '../../store/store.ts';
import type {
  CallOptions,
  DeleteOptions,
  Deletion,
  ListOptions,
  NewObject,
  ObjectClient,
  ObjectList,
  ObjectPatch,
  PatchOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../object-client.ts';
import { unknownResource } from '../object-error.ts';
import { checkedSegment } from '../path-segment.ts';
import type { ObjectKey, GroupVersionResource } from '../group-version-resource.ts';
import { admitted, admittedDeletion } from './admitted.ts';
import { checkDeletable, checkPreconditions, finalizersFor } from './deletion.ts';
import { deletionOf, triedCreate, triedDelete, triedUpdate } from './dry-run.ts';
import { randomSuffix } from './generated-name.ts';
import { storable } from './in-version.ts';
import { patchedObject } from './patched-object.ts';
import { type Birth, draftCreate, draftStatus, draftUpdate } from './prepare-write.ts';
import { type ServedKind, servedKindAt } from './served-kind.ts';
import { StoreObjectReader, callOf, shown } from './store-object-reader.ts';
import { untilNameIsFree, untilNobodyInterferes } from './try-again.ts';

/**
 * Objects in a store, under the rules of a Kubernetes API server and of their kinds. Over a `MemoryStore` it
 * is the client in memory.
 */
export class StoreObjectClient implements ObjectClient {
  readonly #store: ObjectStore;
  readonly #kinds: () => readonly ServedKind[];
  readonly #reader: StoreObjectReader;

  /** @param kinds are those that are served, or what tells which are served now */
  constructor(store: ObjectStore, kinds: readonly ServedKind[] | (() => readonly ServedKind[])) {
    this.#store = store;
    this.#kinds = typeof kinds === 'function' ? kinds : () => kinds;
    this.#reader = new StoreObjectReader(store, this.#kinds);
  }

  async get(key: ObjectKey, options: CallOptions = {}): Promise<KubeObject> {
    const kind = this.#kindOf(key);
    return await shown(kind, await this.#store.get(this.#locate(key), callOf(options)), options);
  }

  async list(resource: GroupVersionResource, options?: ListOptions): Promise<ObjectList> {
    return await this.#reader.list(resource, options);
  }

  watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent> {
    return this.#reader.watch(resource, options);
  }

  async create(
    resource: GroupVersionResource,
    object: NewObject,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const kind = this.#kindOf(resource);
    this.#checkNamespace(kind, object.metadata.namespace);
    const { name, generateName } = object.metadata;
    const attempt = async (): Promise<KubeObject> =>
      await this.#create(kind, draftCreate(kind, object, newBirth(kind, object)), options);
    return !name && generateName ? await untilNameIsFree(attempt) : await attempt();
  }

  async update(
    resource: GroupVersionResource,
    object: KubeObject,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const kind = this.#kindOf(resource);
    const key = this.#locate({ ...resource, ...nameOf(object) });
    const draft = (old: KubeObject): KubeObject => draftUpdate(kind, old, object);
    return await this.#change(key, { kind, subresource: undefined, draft }, options);
  }

  async updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const kind = this.#kindWithStatus(resource);
    const key = this.#locate({ ...resource, ...nameOf(object) });
    const draft = (old: KubeObject): KubeObject => draftStatus(kind, old, object);
    return await this.#change(key, { kind, subresource: 'status', draft }, options);
  }

  async patch(key: ObjectKey, patch: ObjectPatch, options: PatchOptions = {}): Promise<KubeObject> {
    const isOfStatus = options.subresource === 'status';
    const kind = isOfStatus ? this.#kindWithStatus(key) : this.#kindOf(key);
    const draftOf = isOfStatus ? draftStatus : draftUpdate;
    const draft = (old: KubeObject): KubeObject => draftOf(kind, old, patchedObject(old, patch));
    const { subresource } = options;
    return await this.#change(this.#locate(key), { kind, subresource, draft }, options);
  }

  async delete(key: ObjectKey, options: DeleteOptions = {}): Promise<Deletion> {
    const kind = this.#kindOf(key);
    const place = this.#locate(key);
    checkDeletable(kind, key);
    const call = callOf(options);
    return await untilNobodyInterferes(async () => {
      const old = await this.#store.get(place, call);
      checkPreconditions(old.metadata, options);
      if (options.admission) await admittedDeletion(kind, await shown(kind, old, options), options);
      const begun = deletionOfKind(kind, old);
      const finalizers = finalizersFor(begun.metadata.finalizers, options.propagationPolicy);
      const wanted = { ...begun, metadata: { ...begun.metadata, finalizers } };
      const now = new Date().toISOString();
      if (options.dryRun) return await shownDeletion(kind, triedDelete(wanted, now), options);
      const marked = await this.#replace(old, wanted, call);
      const { deletionTimestamp, resourceVersion } = marked.metadata;
      const last =
        deletionTimestamp === undefined
          ? await this.#store.delete(place, { ...call, resourceVersion })
          : marked;
      return await shownDeletion(kind, deletionOf(last), options);
    });
  }

  async #change(
    key: Required<Key>,
    { kind, subresource, draft }: Change,
    options: WriteOptions,
  ): Promise<KubeObject> {
    const call = callOf(options);
    return await untilNobodyInterferes(async () => {
      const stored = await this.#store.get(key, call);
      const old = await shown(kind, stored, options);
      const next = await admitted(
        { kind, operation: 'UPDATE', subresource, draft: draft(old), old },
        options,
      );
      if (options.dryRun) return triedUpdate(old, next);
      const changed = await this.#replace(stored, await storable(kind, next, options.signal), call);
      return await shown(kind, changed, options);
    });
  }

  async #create(kind: ServedKind, draft: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const call = callOf(options);
    const write = { kind, operation: 'CREATE', subresource: undefined, draft, old: undefined } as const;
    const object = await admitted(write, options);
    if (!options.dryRun) {
      const made = await this.#store.create(await storable(kind, object, options.signal), call);
      return await shown(kind, made, options);
    }
    return triedCreate(object, await this.#find(keyOf(object), call));
  }

  async #find(key: Key, call: StoreCallOptions): Promise<KubeObject | undefined> {
    return await this.#store.get(key, call).catch((failure: unknown) => {
      if (hasCode(failure, 'NOT_FOUND')) return undefined;
      throw failure;
    });
  }

  /** Writes an object unless nothing has changed, so that nobody is woken by it. */
  async #replace(old: KubeObject, next: KubeObject, call: StoreCallOptions): Promise<KubeObject> {
    return isSameJson(next, old) ? old : await this.#store.update(next, call);
  }

  #locate(key: ObjectKey): Required<Key> {
    const kind = this.#kindOf(key);
    const { namespace = '', name } = key;
    this.#checkNamespace(kind, namespace);
    return { group: kind.group, kind: kind.kind, namespace, name: checkedSegment(name) };
  }

  #checkNamespace({ isNamespaced, ...resource }: ServedKind, namespace = ''): void {
    if ((namespace !== '') !== isNamespaced) throw unknownResource(resource);
    if (isNamespaced) checkedSegment(namespace);
  }

  #kindWithStatus(resource: GroupVersionResource): ServedKind {
    const kind = this.#kindOf(resource);
    if (!kind.hasStatus) throw unknownResource({ ...resource, resource: `${resource.resource}/status` });
    return kind;
  }

  #kindOf(resource: GroupVersionResource): ServedKind {
    return servedKindAt(resource, this.#kinds());
  }
}

async function shownDeletion(kind: ServedKind, deletion: Deletion, call: CallOptions): Promise<Deletion> {
  const { remaining } = deletion;
  return remaining ? { ...deletion, remaining: await shown(kind, remaining, call) } : deletion;
}

const deletionOfKind = ({ atDeletion }: ServedKind, object: KubeObject): KubeObject =>
  atDeletion && object.metadata.deletionTimestamp === undefined
    ? atDeletion(object, new Date().toISOString())
    : object;

/** How an object is changed. */
interface Change {
  readonly kind: ServedKind;
  readonly subresource: 'status' | undefined;
  readonly draft: (old: KubeObject) => KubeObject;
}

function newBirth({ newUid = randomUUID, trustsAuthor = false }: ServedKind, { metadata }: NewObject): Birth {
  const { uid = newUid(), creationTimestamp = new Date().toISOString() } = trustsAuthor ? metadata : {};
  return { uid, creationTimestamp, suffix: randomSuffix() };
}

const nameOf = ({ metadata: { namespace, name } }: KubeObject): Pick<ObjectKey, 'namespace' | 'name'> => ({
  namespace,
  name,
});
