import type { Source } from '@ignite/toolkit/source/source';
import type { GitSourceObject, SyncObject } from '@ignite/toolkit/sync/kinds';
import type { SyncDeps } from '@ignite/toolkit/sync/synchronize';

/** Applies manifests to a host. */
export interface ApplyClient {
  /** What manifests are planned against and applied with. */
  readonly deps: Pick<SyncDeps, 'actuator' | 'kindOrder' | 'clock'>;
  /** Tells whether a daemon keeps the host in sync. */
  isServed(): boolean;
  /** Reconciles a Sync once, in this process. */
  reconcile(sync: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<void>;
}

/** Applies manifests to this host, and fetches the sources of its Syncs. */
export interface SyncClient extends ApplyClient {
  readonly deps: SyncDeps;
  /** The folder in which this host keeps what belongs to the sources of its Syncs. */
  readonly sourcesDir: string;
  /** Opens the source of a Sync. */
  openSource(sync: SyncObject, gitSource: GitSourceObject | undefined): Source;
}
