import type { SyncClient } from '@ignite/api/client/sync-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Source } from '@ignite/toolkit/source/source';
import { sourceOpener } from '@ignite/toolkit/sync-service/open-source';
import { reconcileOnce } from '@ignite/toolkit/sync-service/reconcile-once';
import type { GitSourceObject, SyncObject } from '@ignite/toolkit/sync/kinds';
import type { AppliedKinds } from '@ignite/toolkit/sync/applied-kinds';
import type { SyncDeps } from '@ignite/toolkit/sync/synchronize';
import type { Paths } from '../../tools/host/paths.ts';
import { isServed } from '../../tools/host/served-host.ts';
import type { ThisHost } from '../../tools/host/this-host.ts';
import { type DeclaredEngines, declaredHost } from './declared-host.ts';
import { openOptions } from './open-options.ts';

export interface LocalSyncsOptions {
  readonly paths: Paths;
  readonly objects: ObjectClient;
  readonly self: ThisHost;
  /** The program that reads the manifests of a source in a thread of its own. */
  readonly sourceWorker: string;
  /** What manifests may declare beside the kinds of the host. */
  readonly further?: AppliedKinds;
}

/** Applies manifests to this host in this process. */
export class LocalSyncs implements SyncClient {
  readonly deps: SyncDeps;
  readonly sourcesDir: string;
  readonly #paths: Paths;
  readonly #objects: ObjectClient;

  constructor(engines: DeclaredEngines, options: LocalSyncsOptions) {
    this.deps = declaredHost(engines, options);
    this.sourcesDir = openOptions(options.paths).cacheDir;
    this.#paths = options.paths;
    this.#objects = options.objects;
  }

  openSource(sync: SyncObject, gitSource: GitSourceObject | undefined): Source {
    return sourceOpener(openOptions(this.#paths))(sync, gitSource);
  }

  isServed(): boolean {
    return isServed(this.#paths);
  }

  async reconcile(
    sync: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<void> {
    const sources = openOptions(this.#paths);
    await reconcileOnce(sync, { objects: this.#objects, deps: this.deps, sources }, signal);
  }
}
