import type { Admission } from './admission.ts';
import type { FieldRequirement } from './field-selector.ts';
import type { KubeObject, ObjectMeta } from '../object/kube-object.ts';
import type { LabelRequirement } from './label-selector.ts';
import type { ObjectKey, GroupVersionResource } from './group-version-resource.ts';

/** An object as it is passed to `create`. The server fills in the rest of the metadata. */
export interface NewObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<ObjectMeta> & {
    /** The beginning of a name that the server completes. It is used if there is no `name`. */
    readonly generateName?: string;
  };
  readonly [field: string]: unknown;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends CallOptions {
  /** Whether all is checked and answered as usual, and nothing is written (Kubernetes: `dryRun=All`). */
  readonly dryRun?: boolean | undefined;
  /** Whether no write of the object follows a dry run. Those who have a say in it are told then that it is one. */
  readonly isOnlyTried?: boolean | undefined;
  /** Who else has a say. A client over HTTP leaves that to its server. */
  readonly admission?: Admission | undefined;
  /** Who manages the fields of what is written. A client over HTTP leaves that to its server too. */
  readonly manage?: ManageFields | undefined;
}

/** Pure. Returns an object that is complete but for the managers of its fields, with these in its metadata. */
export type ManageFields = (next: KubeObject, old: KubeObject | undefined) => KubeObject;

/** Selects objects; all that is given must match. */
export interface Selection {
  /** Without a namespace, or with an empty one, the objects of all namespaces are selected. */
  readonly namespace?: string | undefined;
  readonly labels?: readonly LabelRequirement[] | undefined;
  readonly fields?: readonly FieldRequirement[] | undefined;
}

export interface ListOptions extends Selection, CallOptions {
  /** The largest number of objects that one answer holds. */
  readonly limit?: number | undefined;
  /** The `continue` of the answer before. The selection must be the same. */
  readonly continue?: string | undefined;
}

export interface ObjectList {
  /** The revision from which a watch misses nothing that the list does not show. */
  readonly resourceVersion: string;
  /** The objects in the order of namespace and name. */
  readonly items: readonly KubeObject[];
  /** What to pass to get the next objects; absent in the last answer. */
  readonly continue?: string;
  /** The number of objects that come after, if there are any and it is known. */
  readonly remainingItemCount?: number;
}

export interface WatchOptions extends Selection {
  /** The revision after which changes are of interest. Without it, the watch begins with all objects. */
  readonly resourceVersion?: string | undefined;
  readonly signal: AbortSignal;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | {
      /** Everything up to `resourceVersion` has been told. */
      readonly type: 'BOOKMARK';
      readonly resourceVersion: string;
      /** True once, after the objects that were there when the watch began. */
      readonly endsInitialEvents: boolean;
    };

export type ObjectPatch =
  /** RFC 6902 */
  | { readonly type: 'json'; readonly operations: readonly JsonPatchOperation[] }
  /** RFC 7396. A `metadata.resourceVersion` in it must be the current one. */
  | { readonly type: 'merge'; readonly changes: Readonly<Record<string, unknown>> };

export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

export interface PatchOptions extends WriteOptions {
  /** The part of the object that the patch changes. Without it, that is all but the status. */
  readonly subresource?: 'status' | undefined;
}

export interface DeleteOptions extends WriteOptions {
  /** What the object must be to be deleted. */
  readonly preconditions?:
    { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined } | undefined;
  readonly propagationPolicy?: PropagationPolicy | undefined;
}

/**
 * What becomes of objects that the deleted one owns: they go after it, go before it, or stay. The garbage
 * collector sees to that.
 */
export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

/** What a delete has done. */
export interface Deletion {
  /** The uid of the object that was meant. */
  readonly uid: string;
  /** The object, if it stays until its last finalizer is gone. */
  readonly remaining?: KubeObject;
}

/**
 * The port through which all that reads and writes objects does so, after the Kubernetes API. Each call may
 * fail with an `ObjectError`, and rejects with the signal's reason if its signal aborts.
 */
export interface ObjectClient {
  get(key: ObjectKey, options?: CallOptions): Promise<KubeObject>;
  list(resource: GroupVersionResource, options?: ListOptions): Promise<ObjectList>;
  /**
   * Yields every change once and in order, and bookmarks, until the signal aborts. An object that begins or
   * ceases to match the selection counts as added or deleted.
   * @throws ObjectError REVISION_TOO_OLD
   */
  watch(resource: GroupVersionResource, options: WatchOptions): AsyncIterable<WatchEvent>;
  create(resource: GroupVersionResource, object: NewObject, options?: WriteOptions): Promise<KubeObject>;
  /**
   * Replaces an object but for its status. Its `metadata.resourceVersion` must be the current one. An object
   * that is being deleted is removed with its last finalizer.
   */
  update(resource: GroupVersionResource, object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Replaces the status of an object and nothing else, on the same condition. */
  updateStatus(
    resource: GroupVersionResource,
    object: KubeObject,
    options?: WriteOptions,
  ): Promise<KubeObject>;
  patch(key: ObjectKey, patch: ObjectPatch, options?: PatchOptions): Promise<KubeObject>;
  /** Removes an object, or marks it as being deleted if it has finalizers. */
  delete(key: ObjectKey, options?: DeleteOptions): Promise<Deletion>;
}

/** The part of the port for those who only look. */
export type ObjectReader = Pick<ObjectClient, 'list' | 'watch'>;
