import type { Actuator } from '../apply/actuator.ts';
import type { HostUses } from '../allowance/host-use.ts';
import type { SyncObject } from './kinds.ts';

/** What a Sync applies its objects to. */
export interface SyncTarget {
  /** Tells this target from others, and from what has come in its place under its name; absent for the usual one. */
  readonly id?: string;
  readonly actuator: Actuator;
  /** The order in which kinds are created. */
  readonly kindOrder: readonly string[];
  /**
   * The uses of the host by kind. No source may declare objects of other kinds. It is undefined for a target that is
   * elsewhere, whose objects use nothing of this host.
   */
  readonly hostUses: HostUses | undefined;
  /** True if the target knows kinds that the reader does not, and checks all objects itself. */
  readonly anyKind?: boolean;
}

/** A target other than the usual one, as it was found. */
export type OpenedTarget =
  | { readonly state: 'ready'; readonly target: SyncTarget & Disposable }
  /** There is no such target, or not yet. */
  | { readonly state: 'absent'; readonly message: string }
  /** It is there, and does not answer. */
  | { readonly state: 'unreachable'; readonly message: string };

/** The port by which an application lets Syncs have other targets than its own objects. */
export type OpenTarget = (
  sync: Pick<SyncObject, 'metadata' | 'spec'>,
  signal: AbortSignal,
) => Promise<OpenedTarget>;
