/** The metadata that every object has, after the Kubernetes API conventions ("Metadata"). */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  /** Never used twice, unlike a name. */
  readonly uid: string;
  /** The store's revision of the last write; a write that names another is refused. */
  readonly resourceVersion: string;
  /** Counts the changes of `spec`. */
  readonly generation: number;
  /** RFC 3339. */
  readonly creationTimestamp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Who must clean up before the object may go. */
  readonly finalizers: readonly string[];
  /** Objects without any of which this one goes too. */
  readonly ownerReferences?: readonly OwnerReference[];
  /** RFC 3339; set once deletion was asked for. */
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
