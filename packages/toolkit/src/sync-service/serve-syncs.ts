import { servedKindOf } from '../client/over-store/served-kind-of.ts';
import { StoreObjectClient } from '../client/over-store/store-object-client.ts';
import { type ControllerObserver, runController } from '../controller/controller.ts';
import { EventRecorder } from '../controller/event-recorder.ts';
import { eventKind } from '../core/event.ts';
import { Informer, informerKey } from '../controller/informer.ts';
import { WorkQueue } from '../controller/work-queue.ts';
import { DirectoryWakeups } from './directory-wakeups.ts';
import { type OpenOptions, openGitSource } from './open-git-source.ts';
import { StatusBranches } from './status-branches.ts';
import type { Log } from '../log/log.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { ImageUpdater } from '../sinks/image-updater.ts';
import { Notifier } from '../sinks/notifier.ts';
import { type WebhookOptions, startWebhookServer } from '../webhook/webhook-server.ts';
import type { ObjectKind } from '../store/object-kind.ts';
import type { ObjectStore } from '../store/store.ts';
import { type GitSourceObject, gitSourceKind, syncKind } from '../sync/kinds.ts';
import { sourceOpener } from './open-source.ts';
import { ownerOf } from '../apply/plan-apply.ts';
import { SyncController } from '../sync/sync-controller.ts';
import type { StatusSink } from '../sync/status-sink.ts';
import type { SyncDeps } from '../sync/synchronize.ts';

export interface ServeOptions extends OpenOptions, SyncDeps {
  /** The store of the GitSources and Syncs. */
  readonly store: ObjectStore;
  /** The name of this host in status branches. */
  readonly host: string;
  /** The kinds in the store whose changes trigger a check for drift at once. */
  readonly watchedKinds: readonly ObjectKind<KubeObject>[];
  /** The fields in which kinds name images that may be updated, as JSON pointers. */
  readonly imageFields?: Readonly<Record<string, readonly string[]>>;
  /** Further receivers of statuses, besides the store and the status branch. */
  readonly sinks?: readonly StatusSink[];
  /** The webhook by which forges report pushes: `POST /hooks/NAME` of a Sync. */
  readonly webhook?: WebhookOptions;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

/** The number of Syncs that run at once, since some take minutes. */
const concurrency = 4;

/** Reconciles all GitSources and Syncs in the store until `signal` aborts. Changes and the clock wake it. */
export async function serveSyncs(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { store, log, clock, observer } = options;
  const queue = new WorkQueue(clock);
  const informer = <T extends KubeObject>(kind: ObjectKind<T>): Informer<T> =>
    new Informer(store, kind, clock, log);
  const [syncs, gitSources] = [informer(syncKind), informer(gitSourceKind)];
  const watched = options.watchedKinds.map((kind) => informer(kind));
  const sources = (): readonly GitSourceObject[] => gitSources.list();
  const images = new ImageUpdater(
    {
      imageFields: {},
      ...options,
      openSource: (sync, gitSource) => openGitSource(sync, gitSource, options),
    },
    sources,
  );
  const sinks = [
    new StatusBranches(options, sources),
    new Notifier(options),
    images,
    ...(options.sinks ?? []),
  ];
  const recording = new StoreObjectClient(store, [servedKindOf(eventKind)]);
  const reporter = { controller: 'gitops.weave.works/syncs', instance: options.host };
  const events = new EventRecorder(recording, clock, reporter);
  const controller = new SyncController({ ...options, openSource: sourceOpener(options), sinks, events });
  using directories = new DirectoryWakeups(queue, log);

  const seen = new Map<string, string>();
  syncs.onChange((object, isGone) => {
    const key = informerKey(object);
    directories.follow(key, isGone ? undefined : object, signal);
    // The controller itself writes the status, so only the other fields are news.
    const news = newsOf(object);
    if (!isGone && seen.get(key) === news) return;
    seen.set(key, news);
    queue.add(key);
  });
  gitSources.onChange((source) => {
    for (const sync of syncs.list())
      if ('gitSource' in sync.spec.source && sync.spec.source.gitSource === source.metadata.name)
        queue.add(informerKey(sync));
  });
  for (const each of watched)
    each.onChange((object) => {
      const owner = ownerOf(object);
      if (owner !== undefined) queue.add(`default/${owner}`);
    });
  await using _webhooks =
    options.webhook &&
    (await startWebhookServer(options.webhook, (name) => {
      const key = `default/${name}`;
      if (!syncs.get(key)) return false;
      queue.add(key);
      return true;
    }));
  await Promise.all([
    ...[syncs, gitSources, ...watched].map((each) => each.run(signal)),
    runController(
      {
        name: 'sync',
        queue,
        concurrency,
        clock,
        log,
        reconcile: (key, until) => controller.reconcile(key, until),
        ...(observer && { observer }),
      },
      signal,
    ),
  ]);
}

const newsOf = ({ metadata }: KubeObject): string =>
  JSON.stringify([metadata.uid, metadata.generation, metadata.annotations, metadata.deletionTimestamp]);
