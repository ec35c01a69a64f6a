/**
 * An object after the Kubernetes API conventions. Fields that its kind has beside `spec` and `status`, such
 * as the `data` of a Secret, are kept like those.
 */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly [field: string]: unknown;
}

/**
 * The metadata that every object has (Kubernetes API conventions, "Metadata"). Further fields, such as
 * `generateName` and `managedFields`, are kept.
 */
export interface ObjectMeta {
  readonly name: string;
  /** The namespace, which is empty for an object of a kind that has none. */
  readonly namespace: string;
  /** The unique identifier, which is never used again, unlike a name. */
  readonly uid: string;
  /**
   * The version of the object, which every write changes. Only the store knows its meaning: others compare it
   * for equality. A write that gives another one is refused.
   */
  readonly resourceVersion: string;
  /** The number of changes of everything but metadata and status. */
  readonly generation: number;
  /** The time of creation (RFC 3339). */
  readonly creationTimestamp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Those who must clean up before the object may be removed. */
  readonly finalizers: readonly string[];
  /** The owners of the object. It is removed when all of them are gone. */
  readonly ownerReferences?: readonly OwnerReference[];
  /** The time when deletion was requested (RFC 3339). */
  readonly deletionTimestamp?: string;
  readonly [field: string]: unknown;
}

/** An owner of an object, in the same namespace or of a kind that has none. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** True for the one owner that controls the object. */
  readonly controller?: boolean;
  /** True if the owner may not be removed before the object, where removal starts with the dependents. */
  readonly blockOwnerDeletion?: boolean;
}
