import type { Operation } from '../async/operation.ts';
import type { Manifest } from '../codec/manifest.ts';
import type { FieldChange } from '../diff/field-change.ts';

/** In order of badness, best first: a group is as healthy as its worst member. */
const healthStates = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const;
export type HealthState = (typeof healthStates)[number];

export interface Health {
  readonly state: HealthState;
  readonly message?: string;
}

/** An object as it really is, which need not be as any store says. */
export interface LiveObject extends Manifest {
  readonly metadata: Manifest['metadata'] & { readonly uid: string };
  readonly health: Health;
  /** It is being removed: to someone who wants it, it is not there any more. */
  readonly isLeaving?: boolean;
  /** What its own controller says of it. */
  readonly status?: unknown;
}

/**
 * What changing a field does to the object, from the mildest: nothing to see, nothing before it is next started, a restart,
 * a new one in its place.
 */
export const effects = ['live', 'next-start', 'restart', 'replace'] as const;
export type Effect = (typeof effects)[number];

export type SyncEvent =
  | { readonly kind: 'step'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string };

/** What an application brings: how its kinds are looked at and changed. Every act is idempotent. */
export interface Actuator {
  /** All objects of its kinds. */
  observe(signal: AbortSignal): Promise<readonly LiveObject[]>;
  /** Pure. What a change does to the object as it is. */
  effectOf(kind: string, change: FieldChange, live: LiveObject): Effect;
  create(wanted: Manifest, op: Operation<SyncEvent>): Promise<void>;
  change(
    live: LiveObject,
    wanted: Manifest,
    changes: readonly FieldChange[],
    op: Operation<SyncEvent>,
  ): Promise<void>;
  /** Another object in the place of `live`. */
  replace(live: LiveObject, wanted: Manifest, op: Operation<SyncEvent>): Promise<void>;
  remove(live: LiveObject, op: Operation<SyncEvent>): Promise<void>;
}

export const worstHealth = (states: readonly HealthState[]): HealthState =>
  states.reduce<HealthState>(
    (worst, state) => (healthStates.indexOf(state) > healthStates.indexOf(worst) ? state : worst),
    'Healthy',
  );
