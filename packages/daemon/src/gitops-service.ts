import { join } from 'node:path';
import type { Client } from '@ignite/api/client/client';
import { vmKind } from '@ignite/api/v1/vm';
import { volumeKind } from '@ignite/api/v1/volume';
import { settleHostSettings } from '@ignite/engine/tools/host/settle-host-settings';
import { type Paths, locksDir } from '@ignite/engine/tools/host/paths';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import { Informer } from '@ignite/toolkit/controller/informer';
import type { OpenOptions } from '@ignite/toolkit/sync-service/open-git-source';
import { sourceOpener } from '@ignite/toolkit/sync-service/open-source';
import { serveSyncs } from '@ignite/toolkit/sync-service/serve-syncs';
import { SyncController } from '@ignite/toolkit/sync/sync-controller';
import type { SyncDeps } from '@ignite/toolkit/sync/synchronize';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import type { Log } from '@ignite/toolkit/log/log';
import { localRunner } from '@ignite/toolkit/process/local-runner';
import type { ObjectStore } from '@ignite/toolkit/store/store';
import type { WebhookOptions } from '@ignite/toolkit/webhook/webhook-server';
import { Metrics, serveMetrics } from './metrics.ts';
import { hostMetrics, vmMetrics } from './host-metrics.ts';
import { VmMetricsSockets } from './vm-metrics-sockets.ts';
import { keepHost } from './keep-host.ts';
import { type DeclaredEngines, declaredHost, nodeName } from './declared-host.ts';

export interface GitopsServiceOptions {
  readonly paths: Paths;
  readonly store: ObjectStore;
  readonly engines: DeclaredEngines;
  /** Of which metrics are served. */
  readonly client: Client;
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly webhook?: WebhookOptions;
  readonly log: Log;
}

/** Clones are kept in the data directory. */
export const openOptions = (paths: Paths): OpenOptions => ({
  cacheDir: join(paths.dataDir, 'gitops'),
  runner: localRunner,
});

/**
 * Keeps this host as its Syncs say, until `signal` aborts.
 * @throws CodedError GITOPS_RUNNING when another process does so already
 */
export async function runGitops(options: GitopsServiceOptions, signal: AbortSignal): Promise<void> {
  const { paths, store, engines, client, nodeLabels, log, webhook } = options;
  using lock = tryLock(locksDir(paths), 'gitops');
  if (!lock) throw alreadyRunning();
  const host = nodeLabels['hostname'] ?? nodeName();
  const settings = settleHostSettings(paths, {});
  const deps = declaredHost(engines, store, nodeLabels);
  const metrics = new Metrics();
  await using _socket = await serveMetrics(
    async () => `${await metrics.registry.metrics()}\n${await hostMetrics(client, paths, signal)}`,
    join(paths.runDir, 'daemon.sock'),
  );
  await using sockets = new VmMetricsSockets(paths, (uid) => vmMetrics(client, [uid], signal), log);
  const vms = new Informer(store, vmKind, deps.clock, log);
  sockets.follow(vms);
  const reporting = { log, observer: metrics, sinks: [metrics] };
  const imageFields = { VM: ['/spec/image/oci', '/spec/kernel/oci'] };
  const served = {
    ...deps,
    ...openOptions(paths),
    store,
    host,
    watchedKinds: [vmKind, volumeKind],
    imageFields,
    ...reporting,
  };
  await Promise.all([
    vms.run(signal),
    keepHost({ ...settings, paths, store, clock: deps.clock }, log, signal),
    serveSyncs({ ...served, ...(webhook && { webhook }) }, signal),
  ]);
}

/** Looks at one Sync once, where no process keeps this host in sync. */
export async function reconcileOnce(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { store, paths, deps }: { readonly store: ObjectStore; readonly paths: Paths; readonly deps: SyncDeps },
  signal: AbortSignal,
): Promise<void> {
  const openSource = sourceOpener(openOptions(paths));
  const controller = new SyncController({ ...deps, store, openSource, sinks: [], log: () => {} });
  try {
    await controller.reconcile(`${namespace}/${name}`, signal);
  } catch (failure) {
    if (!hasCode(failure, 'SYNC_FAILED')) throw failure; // its status says what it was
  }
}

const alreadyRunning = (): CodedError =>
  new CodedError('GITOPS_RUNNING', 'another process is already keeping this host in sync', {
    hint: 'stop it first; for several sources, run one process and declare each source as a GitSource and a Sync',
  });
