import type { Operation } from '../async/operation.ts';
import type { Manifest } from '../codec/manifest.ts';
import type { FieldChange } from '../diff/field-change.ts';
import type { ObjectMeta } from '../object/kube-object.ts';
import type { ObjectKey } from '../object/object-key.ts';

/** The health states, best first. A group is as healthy as its worst member. */
const healthStates = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const;
export type HealthState = (typeof healthStates)[number];

export interface Health {
  readonly state: HealthState;
  readonly message?: string;
}

/** An object as it is observed, which may differ from any store. */
export interface LiveObject extends Manifest {
  readonly metadata: Manifest['metadata'] & Pick<ObjectMeta, 'uid' | 'ownerReferences'>;
  readonly health: Health;
  /** The object is being removed. For anyone who wants it, it is absent already. */
  readonly isLeaving?: boolean;
  /**
   * The fields, as JSON pointers such as `/spec/nodeName`, that were filled in for an author who did not give
   * them. A manifest without them does not ask for a change.
   */
  readonly assigned?: readonly string[];
  /** Something that was wanted of the object has not been done yet, for example since a command was cut short. */
  readonly isUnfinished?: boolean;
  /** No plan removes the namespace of this object while it stays. */
  readonly keepsNamespace?: boolean;
  /** Removing this object removes what others have put into it. It goes only if someone confirms that, or its author has said so. */
  readonly takesOthers?: boolean;
  /** The status that the object's own controller reports. */
  readonly status?: unknown;
}

/**
 * The effects that changing a field can have on an object, mildest first: it takes effect at once, at the
 * next start, by a restart, or by replacing the object.
 */
export const effects = ['live', 'next-start', 'restart', 'replace'] as const;
export type Effect = (typeof effects)[number];

export type SyncEvent =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string };

/** The port by which an application lets its kinds be observed and changed. Every act is idempotent. */
export interface Actuator {
  /**
   * Fills in what manifests leave open and only the place knows to which they are applied, such as their namespace.
   * Without it, manifests are complete.
   */
  complete?(wanted: readonly Manifest[], signal: AbortSignal): Promise<readonly Manifest[]>;
  /** Returns all objects of the kinds of this actuator. One that has no list of kinds returns those of `keys` alone. */
  observe(signal: AbortSignal, keys?: readonly ObjectKey[]): Promise<readonly LiveObject[]>;
  /**
   * Returns what applying manifests would change of live objects, by `keyText`, where comparing them does not tell.
   * Without it, they are compared.
   */
  compare?(
    wanted: readonly Manifest[],
    live: readonly LiveObject[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly FieldChange[]>>;
  /** Pure. Returns the effect that a change has on the live object. */
  effectOf(kind: string, change: FieldChange, live: LiveObject): Effect;
  create(wanted: Manifest, op: Operation<SyncEvent>): Promise<void>;
  change(
    live: LiveObject,
    wanted: Manifest,
    changes: readonly FieldChange[],
    op: Operation<SyncEvent>,
  ): Promise<void>;
  /** Replaces `live` by a new object. */
  replace(live: LiveObject, wanted: Manifest, op: Operation<SyncEvent>): Promise<void>;
  remove(live: LiveObject, op: Operation<SyncEvent>): Promise<void>;
}

export const worstHealth = (states: readonly HealthState[]): HealthState =>
  states.reduce<HealthState>(
    (worst, state) => (healthStates.indexOf(state) > healthStates.indexOf(worst) ? state : worst),
    'Healthy',
  );
