import { join } from 'node:path';
import type { VmEngine } from '@ignite/engine/declare/vm-actuator';
import { type Paths, locksDir } from '@ignite/engine/host/paths';
import { type ControllerObserver, runController } from '@ignite/toolkit/controller/controller';
import { Informer, informerKey } from '@ignite/toolkit/controller/informer';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import { DirectorySource } from '@ignite/toolkit/directory/directory-source';
import { watchDirectory } from '@ignite/toolkit/directory/directory-watch';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { GitSource } from '@ignite/toolkit/git/git-source';
import { StatusBranch } from '@ignite/toolkit/git/status-branch';
import type { GitSourceObject, SyncObject } from '@ignite/toolkit/gitops/kinds';
import { ownerOf } from '@ignite/toolkit/gitops/plan-sync';
import { type StatusSink, SyncController } from '@ignite/toolkit/gitops/sync-controller';
import type { SyncDeps } from '@ignite/toolkit/gitops/synchronize';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import type { Log } from '@ignite/toolkit/log/log';
import type { ApiObject } from '@ignite/toolkit/object/meta';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import type { Source } from '@ignite/toolkit/source/source';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import { parseDuration } from '@ignite/toolkit/units/duration';
import { declaredHost, nodeName } from './declared-host.ts';

export interface GitopsServiceOptions {
  readonly paths: Paths;
  readonly store: ObjectStore;
  readonly engine: VmEngine;
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

/** Syncs of one host, of which VMs may take minutes to start, do not wait for each other. */
const concurrency = 4;

/** Opens what a Sync names. Clones are kept in the data directory. */
export function sourceOpener(
  paths: Paths,
): (sync: SyncObject, gitSource: GitSourceObject | undefined) => Source {
  return ({ metadata, spec }, gitSource) => {
    if ('directory' in spec.source) return new DirectorySource(spec.source.directory);
    const { url, ref, timeout, auth, verify, submodules } = gitSource!.spec;
    return new GitSource(
      {
        url,
        ref: spec.pin === undefined ? ref : { ...ref, commit: spec.pin },
        auth,
        ...(verify && { verify }),
        submodules,
        timeoutMs: parseDuration(timeout),
        cacheDir: join(paths.dataDir, 'gitops', metadata.uid),
      },
      localRunner,
    );
  };
}

/**
 * Keeps this host as its Syncs say, until `signal` aborts.
 * @throws CodedError GITOPS_RUNNING when another process does so already
 */
export async function runGitops(options: GitopsServiceOptions, signal: AbortSignal): Promise<void> {
  const { store, log, paths, observer } = options;
  using lock = tryLock(locksDir(paths), 'gitops');
  if (!lock) throw alreadyRunning();
  const deps = declaredHost(options.engine, store, options.nodeLabels);
  const queue = new WorkQueue(deps.clock);
  const [syncs, gitSources, vms] = ['Sync', 'GitSource', 'VM'].map(
    (kind) => new Informer(store, kind, deps.clock, log),
  ) as [Informer, Informer, Informer];
  const sinks = [new StatusBranches(options, () => gitSources.list() as readonly GitSourceObject[])];
  const controller = new SyncController({ ...deps, store, openSource: sourceOpener(paths), sinks, log });
  using directories = new DirectoryWakeups(queue, log);

  const seen = new Map<string, string>();
  syncs.onChange((object, isGone) => {
    const key = informerKey(object);
    directories.follow(key, isGone ? undefined : (object as SyncObject), signal);
    // What we write ourselves is its status: only what others write is news.
    const news = newsOf(object);
    if (!isGone && seen.get(key) === news) return;
    seen.set(key, news);
    queue.add(key);
  });
  gitSources.onChange((source) => {
    for (const sync of syncs.list() as readonly SyncObject[])
      if ('gitSource' in sync.spec.source && sync.spec.source.gitSource === source.metadata.name)
        queue.add(informerKey(sync));
  });
  vms.onChange((vm) => {
    const owner = ownerOf(vm);
    if (owner !== undefined) queue.add(`default/${owner}`);
  });
  await Promise.all([
    syncs.run(signal),
    gitSources.run(signal),
    vms.run(signal),
    runController(
      {
        name: 'sync',
        queue,
        concurrency,
        clock: deps.clock,
        log,
        reconcile: (key, until) => controller.reconcile(key, until),
        ...(observer && { observer }),
      },
      signal,
    ),
  ]);
}

/** Looks at one Sync once, where no process keeps this host in sync. */
export async function reconcileOnce(
  { metadata }: SyncObject,
  { store, paths, deps }: { readonly store: ObjectStore; readonly paths: Paths; readonly deps: SyncDeps },
  signal: AbortSignal,
): Promise<void> {
  const openSource = sourceOpener(paths);
  const controller = new SyncController({ ...deps, store, openSource, sinks: [], log: () => {} });
  try {
    await controller.reconcile(`${metadata.namespace}/${metadata.name}`, signal);
  } catch (failure) {
    if (!hasCode(failure, 'SYNC_FAILED')) throw failure; // its status says what it was
  }
}

const newsOf = ({ metadata }: ApiObject): string =>
  JSON.stringify([metadata.uid, metadata.generation, metadata.annotations, metadata.deletionTimestamp]);

const alreadyRunning = (): CodedError =>
  new CodedError('GITOPS_RUNNING', 'another process keeps this host in sync already', {
    hint: 'stop it first; several sources need but one: declare each as a GitSource and a Sync',
  });

/** A status branch for each Sync that names one. */
class StatusBranches implements StatusSink {
  readonly #options: GitopsServiceOptions;
  readonly #sources: () => readonly GitSourceObject[];
  readonly #branches = new Map<string, StatusBranch>();

  constructor(options: GitopsServiceOptions, sources: () => readonly GitSourceObject[]) {
    this.#options = options;
    this.#sources = sources;
  }

  async publish(...[sync, live, signal]: Parameters<StatusSink['publish']>): Promise<void> {
    const { statusBranch, source } = sync.spec;
    if (!statusBranch || !('gitSource' in source)) return;
    const gitSource = this.#sources().find(({ metadata }) => metadata.name === source.gitSource);
    if (!gitSource) return;
    const id = `${sync.metadata.uid} ${gitSource.metadata.generation} ${JSON.stringify(statusBranch)}`;
    const known = this.#branches.get(id) ?? this.#open(sync, gitSource, statusBranch);
    this.#branches.set(id, known);
    const timeout = AbortSignal.timeout(parseDuration(gitSource.spec.timeout));
    await known.publish(sync, live, AbortSignal.any([signal, timeout]));
  }

  #open(
    sync: SyncObject,
    gitSource: GitSourceObject,
    { name, signingKeyFile }: NonNullable<SyncObject['spec']['statusBranch']>,
  ): StatusBranch {
    const opened = sourceOpener(this.#options.paths)(sync, gitSource) as GitSource;
    return new StatusBranch({
      url: gitSource.spec.url,
      branch: name,
      host: this.#options.nodeLabels['hostname'] ?? nodeName(),
      withRepository: (signal, work) => opened.withRepository(signal, work),
      ...(signingKeyFile !== undefined && { signingKeyFile }),
    });
  }
}

/** Wakes Syncs of folders when something in the folder changes. */
class DirectoryWakeups implements Disposable {
  readonly #queue: WorkQueue;
  readonly #log: Log;
  readonly #watches = new Map<string, { readonly path: string; readonly stop: AbortController }>();

  constructor(queue: WorkQueue, log: Log) {
    this.#queue = queue;
    this.#log = log;
  }

  follow(key: string, sync: SyncObject | undefined, signal: AbortSignal): void {
    const path = sync && 'directory' in sync.spec.source ? sync.spec.source.directory : undefined;
    const known = this.#watches.get(key);
    if (known?.path === path) return;
    known?.stop.abort();
    this.#watches.delete(key);
    if (path === undefined) return;
    const stop = new AbortController();
    this.#watches.set(key, { path, stop });
    watchDirectory(path, () => this.#queue.add(key), AbortSignal.any([signal, stop.signal])).catch(
      (failure: unknown) =>
        this.#log('warning', 'folder cannot be watched; it is polled', { path, error: errorText(failure) }),
    );
  }

  [Symbol.dispose](): void {
    for (const { stop } of this.#watches.values()) stop.abort();
  }
}
