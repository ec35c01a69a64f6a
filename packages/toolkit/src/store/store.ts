import { CodedError } from '../errors/coded-error.ts';
import type { GroupKind } from '../object/group-kind.ts';
import type { KubeObject, OwnerReference } from '../object/kube-object.ts';

/** An object as it is passed to `create`. The store fills in the rest of the metadata. */
export interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: NewMetadata;
  readonly [field: string]: unknown;
}

export interface NewMetadata {
  readonly name: string;
  readonly uid: string;
  /** The namespace: `default` unless it is given, and empty for an object of a kind that has none. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  /** The time of creation (RFC 3339), for things that existed long before they came into the store. */
  readonly creationTimestamp?: string;
  readonly [field: string]: unknown;
}

/** A JSON merge patch (RFC 7396): null removes a field, records are merged, and other values replace. */
export interface ObjectPatch {
  readonly metadata?: {
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string | null>> | null;
    readonly annotations?: Readonly<Record<string, string | null>> | null;
    readonly finalizers?: readonly string[] | null;
    readonly ownerReferences?: readonly OwnerReference[] | null;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/**
 * Identifies an object. It has the kind and not the resource, because that is what an object says of itself:
 * a store needs no list of kinds to know where an object belongs.
 */
export interface Key extends GroupKind {
  /** The namespace: `default` unless it is given, and empty for an object of a kind that has none. */
  readonly namespace?: string;
  readonly name: string;
}

/**
 * A revision of the store as text. Only the store knows its meaning; others compare it for equality, and pass
 * it on to `watch`. Revision `0` is the one before the first write.
 */
export type Revision = string;

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Change {
  readonly type: ChangeType;
  readonly revision: Revision;
  readonly object: KubeObject;
}

/** Says that nothing happened to the watched kind up to `revision`. */
export interface Bookmark {
  readonly type: 'BOOKMARK';
  readonly revision: Revision;
}

export type WatchEvent = Change | Bookmark;

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface DeleteOptions extends CallOptions {
  /** The version that is to be deleted. Without it, whatever is there is deleted. */
  readonly resourceVersion?: string;
}

/** Selects objects; all that is given must match. */
export interface Selector {
  /** The namespace whose objects are meant; without it, those of all namespaces are. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** The fields that must match, by dotted path such as `status.phase`, as text. */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface ListResult {
  readonly revision: Revision;
  readonly items: readonly KubeObject[];
  /** The records of the kind that are not objects. */
  readonly broken?: readonly BrokenObject[];
}

/** A record that is not an object any more: someone else wrote to the store, or its disk failed. */
export interface BrokenObject {
  readonly key: Required<Key>;
  readonly problem: string;
  /** The text that was found in its place. */
  readonly text: string;
}

/** The part of a store that readers need. */
export type StoreReader = Pick<ObjectStore, 'list' | 'watch'>;

/**
 * The single source of truth: objects with optimistic concurrency. Writes are durable once acknowledged, are
 * totally ordered by revision, and are seen by the watches of every process that has the store open.
 */
export interface ObjectStore extends Disposable {
  /**
   * Returns an object.
   * @throws CodedError NOT_FOUND
   */
  get(key: Key, options?: CallOptions): Promise<KubeObject>;
  /** Lists the objects of a kind in the order of namespace and name. */
  list(kind: GroupKind, selector?: Selector, options?: CallOptions): Promise<ListResult>;
  /**
   * Creates an object.
   * @throws CodedError ALREADY_EXISTS
   */
  create(object: NewObject, options?: CallOptions): Promise<KubeObject>;
  /**
   * Replaces an object, except for what only the store sets: its name, uid, generation and times.
   * `generation` grows if anything but metadata and status differs. An object that is being deleted is
   * removed with its last finalizer.
   * @throws CodedError CONFLICT if `metadata.resourceVersion` is not the stored one; NOT_FOUND
   */
  update(object: KubeObject, options?: CallOptions): Promise<KubeObject>;
  /**
   * Applies a JSON merge patch (RFC 7396) to what an update may change, whatever others write in between. If
   * the patch has a `metadata.resourceVersion` or a `metadata.uid`, it must be the stored one.
   * @throws CodedError CONFLICT, NOT_FOUND
   */
  patch(key: Key, patch: ObjectPatch, options?: CallOptions): Promise<KubeObject>;
  /**
   * Renames an object and changes nothing else. Watches see the old object deleted and a new one added.
   * @throws CodedError NOT_FOUND, ALREADY_EXISTS
   */
  rename(key: Key, name: string, options?: CallOptions): Promise<KubeObject>;
  /**
   * Removes an object, or marks it as being deleted if it has finalizers.
   * @throws CodedError NOT_FOUND; CONFLICT if a resourceVersion is given that is not the stored one
   */
  delete(key: Key, options?: DeleteOptions): Promise<KubeObject>;
  /**
   * Watches a kind: yields every change after `revision` once, in order. The changes of a kind are kept
   * however much other kinds change.
   * @throws CodedError REVISION_TOO_OLD; WATCH_CANCELLED if the store ends the watch before `signal` aborts
   */
  watch(kind: GroupKind, revision: Revision, signal: AbortSignal): AsyncIterable<WatchEvent>;
}

/** A store in which a record that someone else has damaged can be replaced. */
export interface MendableStore extends ObjectStore {
  /**
   * Replaces a broken record by an object of its name.
   * @throws CodedError NOT_FOUND if none is broken; CONFLICT if it has changed meanwhile
   */
  mend(object: NewObject): Promise<KubeObject>;
}

export type StoreErrorCode =
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'CONFLICT'
  | 'REVISION_TOO_OLD'
  | 'WATCH_CANCELLED'
  | 'OBJECT_BROKEN'
  | 'STORE_EMPTY'
  | 'STORE_TOO_NEW';

export const notFound = (key: Key): CodedError<StoreErrorCode> =>
  new CodedError('NOT_FOUND', `there is no ${key.kind} named "${key.name}"`, {
    hint: 'check the name and try again',
  });

export const alreadyExists = (key: Key): CodedError<StoreErrorCode> =>
  new CodedError('ALREADY_EXISTS', `a ${key.kind} named "${key.name}" already exists`, {
    hint: 'choose another name, or remove the other first',
  });

export const conflict = (key: Key): CodedError<StoreErrorCode> =>
  new CodedError('CONFLICT', `${key.kind} "${key.name}" was changed by someone else in the meantime`, {
    hint: 'read it again and repeat the change',
  });

export const revisionTooOld = (revision: Revision): CodedError<StoreErrorCode> =>
  new CodedError('REVISION_TOO_OLD', `the changes after revision ${revision} are no longer kept`, {
    hint: 'list again and watch from the revision of the list',
  });

export const watchCancelled = (reason: string): CodedError<StoreErrorCode> =>
  new CodedError('WATCH_CANCELLED', `the store has ended the watch: ${reason}`, {
    hint: 'list again and watch from the revision of the list',
  });

export const objectBroken = ({ key, problem }: BrokenObject): CodedError<StoreErrorCode> =>
  new CodedError('OBJECT_BROKEN', `the record of ${key.kind} "${key.name}" is damaged: ${problem}`, {
    hint: 'remove it, which does not affect other objects, or restore the store from a backup',
  });

export const storeEmpty = (path: string): CodedError<StoreErrorCode> =>
  new CodedError('STORE_EMPTY', `${path} is empty: its data is lost`, {
    hint: 'restore it from a backup, or remove it to start over',
  });

export const storeTooNew = (place: string, found: number, known: number): CodedError<StoreErrorCode> =>
  new CodedError(
    'STORE_TOO_NEW',
    `${place} was written by a newer version of this program (schema ${found}; this one knows ${known})`,
    { hint: 'use the newer version, or restore a backup from before the upgrade' },
  );
