import { type KindClient, type KindResource, objectsOf } from '../client/kind-client.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { type ControllerObserver, runController } from '../controller/controller.ts';
import { EventRecorder } from '../controller/event-recorder.ts';
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
import type { GitSourceObject } from '../sync/kinds.ts';
import { sourceOpener } from './open-source.ts';
import { ownerOf } from '../apply/plan-apply.ts';
import { gitSourcesOf, syncsOf } from '../sync/sync-clients.ts';
import { SyncController } from '../sync/sync-controller.ts';
import type { StatusSink } from '../sync/status-sink.ts';
import type { SyncDeps } from '../sync/synchronize.ts';

export interface ServeOptions extends OpenOptions, SyncDeps {
  /** Serves GitSources, Syncs, events, and the watched kinds. */
  readonly client: ObjectClient;
  /** The name of this host in status branches. */
  readonly host: string;
  /** The kinds whose changes trigger a check for drift at once. */
  readonly watchedKinds: readonly KindResource[];
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

/** Reconciles all GitSources and Syncs until `signal` aborts. Changes and the clock wake it. */
export async function serveSyncs(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { client, log, clock, observer } = options;
  const queue = new WorkQueue(clock);
  const informer = <T extends KubeObject>(objects: KindClient<T>): Informer<T> =>
    new Informer(objects, clock, log);
  const [syncs, gitSources] = [informer(syncsOf(client)), informer(gitSourcesOf(client))];
  const watched = options.watchedKinds.map((kind) => informer(objectsOf(client, kind)));
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
  const reporter = { controller: 'gitops.weave.works/syncs', instance: options.host };
  const events = new EventRecorder(client, clock, reporter);
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
