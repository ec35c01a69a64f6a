/** The metadata that every object has, after the Kubernetes API conventions ("Metadata"). */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  /** The unique identifier, which is never used again, unlike a name. */
  readonly uid: string;
  /** The store's revision of the last write. A write that gives another one is refused. */
  readonly resourceVersion: string;
  /** The number of changes of `spec`. */
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
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: unknown;
  readonly status: unknown;
}
