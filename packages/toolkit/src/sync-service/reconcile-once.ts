import type { ObjectClient } from '../client/object-client.ts';
import { hasCode } from '../errors/coded-error.ts';
import { SyncController } from '../sync/sync-controller.ts';
import type { SyncDeps } from '../sync/synchronize.ts';
import type { OpenOptions } from './open-git-source.ts';
import { sourceOpener } from './open-source.ts';

export interface ReconcileOnceOptions {
  readonly objects: ObjectClient;
  readonly deps: SyncDeps;
  readonly sources: OpenOptions;
}

/** Looks at one Sync once, where no process keeps this host in sync. */
export async function reconcileOnce(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { objects, deps, sources }: ReconcileOnceOptions,
  signal: AbortSignal,
): Promise<void> {
  const openSource = sourceOpener(sources);
  const controller = new SyncController({ ...deps, client: objects, openSource, sinks: [], log: () => {} });
  try {
    await controller.reconcile(`${namespace}/${name}`, signal);
  } catch (failure) {
    if (!hasCode(failure, 'SYNC_FAILED')) throw failure; // its status says what it was
  }
}
