import type { Manifest } from '../codec/manifest.ts';
import type { FieldChange } from '../diff/field-change.ts';
import type { ObjectKey } from '../object/object-key.ts';
import type { Effect, LiveObject } from './actuator.ts';
import type { ObjectPolicy } from './annotations.ts';

/**
 * An applied object with the digest of its manifest, so that drift can be told from a change in the source.
 */
export interface InventoryEntry extends ObjectKey {
  /**
   * The digest of the applied manifest with defaults filled in. It is empty while the object is yet to be
   * applied.
   */
  readonly digest: string;
}

/** The reason for an action. */
export type Reason = 'new' | 'changed' | 'drifted' | 'removed' | 'same';

interface ActionBase {
  readonly key: ObjectKey;
  readonly policy: ObjectPolicy;
  readonly reason: Reason;
  readonly changes: readonly FieldChange[];
  /** The policy that holds the action back although the objects differ, in a person's words. */
  readonly held?: string;
}

export type Action =
  | (ActionBase & { readonly kind: 'create'; readonly wanted: Manifest })
  | (ActionBase & {
      readonly kind: 'change';
      readonly wanted: Manifest;
      readonly live: LiveObject;
      readonly effect: Exclude<Effect, 'replace'>;
    })
  | (ActionBase & { readonly kind: 'replace'; readonly wanted: Manifest; readonly live: LiveObject })
  | (ActionBase & { readonly kind: 'unchanged'; readonly wanted: Manifest; readonly live: LiveObject })
  | (ActionBase & { readonly kind: 'delete'; readonly live: LiveObject });
