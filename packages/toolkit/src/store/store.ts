import { CodedError } from '../errors/coded-error.ts';
import type { ApiObject, OwnerReference } from '../object/meta.ts';

/** An object as it is passed to `create`. The store fills in the rest of the metadata. */
export interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly OwnerReference[];
    /** The time of creation (RFC 3339), for things that existed long before they came into the store. */
    readonly creationTimestamp?: string;
  };
  readonly spec: unknown;
  readonly status: unknown;
}

/** A JSON merge patch (RFC 7396): null removes a field, records are merged, and other values replace. */
export interface ObjectPatch {
  readonly metadata?: {
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string | null>>;
    readonly annotations?: Readonly<Record<string, string | null>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface Key {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly revision: number; readonly object: ApiObject }
  /** Nothing happened to this kind up to `revision`. */
  | { readonly type: 'BOOKMARK'; readonly revision: number };

/** Selects objects; all that is given must match. */
export interface Selector {
  readonly labels?: Readonly<Record<string, string>>;
  /** The fields that must match, by dotted path such as `status.phase`, as text. */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface ListResult {
  readonly revision: number;
  readonly items: readonly ApiObject[];
  /** The records of the kind that are not objects. */
  readonly broken?: readonly BrokenObject[];
}

/** A record that is not an object any more: someone else wrote to the file, or its disk failed. */
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
  get(key: Key): Promise<ApiObject>;
  /** Lists objects in the order of namespace and name. */
  list(kind: string, selector?: Selector): Promise<ListResult>;
  /**
   * Creates an object.
   * @throws CodedError ALREADY_EXISTS
   */
  create(object: NewObject): Promise<ApiObject>;
  /**
   * Replaces labels, annotations, finalizers, spec and status; `generation` grows if the spec differs. An
   * object that is being deleted is removed with its last finalizer.
   * @throws CodedError CONFLICT if `metadata.resourceVersion` is not the stored one; NOT_FOUND
   */
  update(object: ApiObject): Promise<ApiObject>;
  /**
   * Applies a JSON merge patch (RFC 7396) to labels, annotations, finalizers, spec and status, whatever
   * others write in between. If the patch has a `metadata.resourceVersion`, it must be the stored one.
   * @throws CodedError CONFLICT, NOT_FOUND
   */
  patch(key: Key, patch: ObjectPatch): Promise<ApiObject>;
  /**
   * Renames an object and changes nothing else. Watches see the old object deleted and a new one added.
   * @throws CodedError NOT_FOUND, ALREADY_EXISTS
   */
  rename(key: Key, name: string): Promise<ApiObject>;
  /**
   * Removes an object, or marks it as being deleted if it has finalizers.
   * @throws CodedError NOT_FOUND
   */
  delete(key: Key): Promise<ApiObject>;
  /**
   * Watches `kind`: yields every change after `revision` once, in order.
   * @throws CodedError REVISION_TOO_OLD
   */
  watch(kind: string, revision: number, signal: AbortSignal): AsyncIterable<WatchEvent>;
}

/** A store in a file of this host, in which a record can be damaged. */
export interface MendableStore extends ObjectStore {
  /**
   * Replaces a broken record by an object of its name.
   * @throws CodedError NOT_FOUND if none is broken
   */
  mend(object: NewObject): Promise<ApiObject>;
}

export type StoreErrorCode =
  'NOT_FOUND' | 'ALREADY_EXISTS' | 'CONFLICT' | 'REVISION_TOO_OLD' | 'OBJECT_BROKEN' | 'STORE_EMPTY';

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

export const revisionTooOld = (revision: number): CodedError<StoreErrorCode> =>
  new CodedError('REVISION_TOO_OLD', `the changes after revision ${revision} are no longer kept`, {
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
