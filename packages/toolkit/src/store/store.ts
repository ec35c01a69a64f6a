import { CodedError } from '../errors/coded-error.ts';
import type { ApiObject, OwnerReference } from '../object/meta.ts';

/** An object as it is handed to `create`: the store fills in the rest of the metadata. */
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
    /** RFC 3339, of what was made long before it came into the store. */
    readonly creationTimestamp?: string;
  };
  readonly spec: unknown;
  readonly status: unknown;
}

/** A JSON merge patch: null removes, records merge, all else replaces. */
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

/** Which objects are meant; all that is named must fit. */
export interface Selector {
  readonly labels?: Readonly<Record<string, string>>;
  /** By dotted path, such as `status.phase`, what the field is as text. */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface ListResult {
  readonly revision: number;
  readonly items: readonly ApiObject[];
  /** What lies where objects of the kind should, and is none. */
  readonly broken?: readonly BrokenObject[];
}

/** A record that is no object any more: someone else wrote to the file, or its disk failed. */
export interface BrokenObject {
  readonly key: Required<Key>;
  readonly problem: string;
  /** What was found in its place. */
  readonly text: string;
}

/** What whoever only looks needs of a store. */
export type StoreReader = Pick<ObjectStore, 'list' | 'watch'>;

/**
 * The single source of truth: objects with optimistic concurrency. Writes are durable once acknowledged, totally ordered
 * by revision, and seen by watches of every process that has the store open.
 */
export interface ObjectStore extends Disposable {
  /** @throws CodedError NOT_FOUND */
  get(key: Key): Promise<ApiObject>;
  /** By namespace and name. */
  list(kind: string, selector?: Selector): Promise<ListResult>;
  /** @throws CodedError ALREADY_EXISTS */
  create(object: NewObject): Promise<ApiObject>;
  /**
   * Replaces labels, annotations, finalizers, spec and status; `generation` grows when the spec differs. An object that
   * is being deleted goes with its last finalizer.
   * @throws CodedError CONFLICT when `metadata.resourceVersion` is not the stored one; NOT_FOUND
   */
  update(object: ApiObject): Promise<ApiObject>;
  /**
   * Changes what a JSON merge patch (RFC 7396) of labels, annotations, finalizers, spec and status names, whoever else
   * writes meanwhile; a `metadata.resourceVersion` in the patch must be the stored one.
   * @throws CodedError CONFLICT, NOT_FOUND
   */
  patch(key: Key, patch: ObjectPatch): Promise<ApiObject>;
  /**
   * Gives it another name, and nothing else: to watches, the old one goes and the new one comes.
   * @throws CodedError NOT_FOUND, ALREADY_EXISTS
   */
  rename(key: Key, name: string): Promise<ApiObject>;
  /** With finalizers: marks it as being deleted. Without: removes it. @throws CodedError NOT_FOUND */
  delete(key: Key): Promise<ApiObject>;
  /** Every change of `kind` after `revision`, each once and in order. @throws CodedError REVISION_TOO_OLD */
  watch(kind: string, revision: number, signal: AbortSignal): AsyncIterable<WatchEvent>;
}

/** A store in a file of this host, where a record can come to harm. */
export interface MendableStore extends ObjectStore {
  /** Puts an object in the place of a broken one of its name. @throws CodedError NOT_FOUND where none is broken */
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
