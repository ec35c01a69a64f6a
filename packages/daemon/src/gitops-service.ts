import { vmKind, volumeKind, warmPoolKind } from '@ignite/api/v1/object-kinds';
import { join } from 'node:path';
import type { AdmittingClient } from '@ignite/api/client/admitting-client';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { Vm } from '@ignite/api/v1/vm';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { settleHostSettings } from '@ignite/engine/tools/host/settle-host-settings';
import { type PodKeeper, controlHostPods } from '@ignite/engine/pod/control-host-pods';
import { type Paths, apiDir, locksDir } from '@ignite/engine/tools/host/paths';
import { serveHost } from '@ignite/engine/tools/host/served-host';
import type { ThisHost } from '@ignite/engine/tools/host/this-host';
import type { StoreAdministration } from '@ignite/engine/tools/store/store-administration';
import { isOwn } from '@ignite/engine/tools/store/own-vms';
import {
  type DeclaredEngines,
  declaredHost,
  nodeName,
} from '@ignite/engine/operations/declare/declared-host';
import { controlPools } from '@ignite/engine/operations/pools/control-pools';
import type { KeptPool } from '@ignite/engine/operations/pools/keep-pool';
import { openOptions } from '@ignite/engine/operations/declare/open-options';
import type { Outcome } from '@ignite/engine/vm/lifecycle/outcome';
import { ServedDefinitions } from '@ignite/apiserver/custom-resource/served-definitions';
import { apiKinds } from '@ignite/apiserver/server/api-kinds';
import { untilAllEnd } from '@ignite/toolkit/async/until-all-end';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import { Informer } from '@ignite/toolkit/controller/informer';
import { serveSyncs } from '@ignite/toolkit/sync-service/serve-syncs';
import { derived } from '@ignite/toolkit/object/derived';
import { keyText } from '@ignite/toolkit/object/object-key';
import type { Log } from '@ignite/toolkit/log/log';
import type { WebhookOptions } from '@ignite/toolkit/webhook/webhook-server';
import type { ApiAddress } from './api-address.ts';
import { serveApiService } from './api-service.ts';
import type { ApiTrust } from './api-trust.ts';
import { alreadyRunning } from './errors.ts';
import { forgetManagement } from './forget-management.ts';
import type { ManagedBy } from './run-management.ts';
import { measuredClient } from './measured-client.ts';
import { Metrics, serveMetrics } from './metrics.ts';
import { unservedClusterKinds } from './unserved-cluster-kinds.ts';
import { unservedSandboxKinds } from './unserved-sandbox-kinds.ts';
import { controlVms } from '@ignite/engine/vm/lifecycle/control-vms';
import { sourceWorker } from './source-worker-file.ts';
import { VmMetricsSockets } from './vm-metrics-sockets.ts';
import { hostUsage } from './host-usage.ts';
import { keepHost } from './keep-host.ts';

export interface GitopsServiceOptions {
  readonly paths: Paths;
  readonly administration: StoreAdministration;
  readonly self: ThisHost;
  readonly engines: DeclaredEngines;
  /** Of which metrics are served, with whose VMs clients are connected, and which makes the calls of clients on other hosts. */
  readonly client: AdmittingClient;
  /** Tells whether somebody is at work on a VM. */
  readonly isVmBusy: (uid: string) => boolean;
  /** Makes a VM what its object says, unless somebody else is at work on it. */
  readonly reconcileVm: (uid: string, op: ClientOperation) => Promise<Outcome | undefined>;
  /** Stops what runs here of VMs that were removed elsewhere. */
  readonly clearRemovedVms: (signal: AbortSignal) => Promise<void>;
  /** Records when what runs in a VM that was started here can be used. */
  readonly recordWhenReady: (vm: Vm, signal: AbortSignal) => Promise<void>;
  /** Makes the VMs that a pool lacks, and removes those that it does not want. */
  readonly keepPool: (pool: WarmPool, signal: AbortSignal) => Promise<KeptPool>;
  /** Makes the pods of this host what their objects say, where clusters are served. */
  readonly pods: PodKeeper;
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** Whether clusters are served, and their controllers run. */
  readonly clusters: boolean;
  /** The management cluster that this host serves, and what its machines may use of this host. */
  readonly management?: ManagedBy;
  /** Whether sandboxes are served, and their controllers run. */
  readonly sandboxes: boolean;
  /** The unix socket at which the Kubernetes API is served. */
  readonly apiSocket?: string;
  /** The address at which it is served besides. */
  readonly apiAddress?: ApiAddress;
  /** Who is known to it besides, and what is recorded of requests. */
  readonly apiTrust: ApiTrust;
  readonly webhook?: WebhookOptions;
  /** The descriptor of a socket at which somebody else listens for the API. It is served there, and not at `apiSocket`. */
  readonly listenFd?: number;
  /** Called once everything is served. */
  readonly onReady: () => void;
  readonly log: Log;
}

/**
 * Keeps this host as its Syncs say, until `stop` aborts.
 * @throws CodedError GITOPS_RUNNING when another process does so already, HOST_NAME_TAKEN
 */
export async function runGitops(options: GitopsServiceOptions, stop: AbortSignal): Promise<void> {
  const ending = new AbortController();
  const signal = AbortSignal.any([stop, ending.signal]);
  const { paths, administration, self, engines, client, nodeLabels, log, webhook } = options;
  const { apiSocket, apiAddress, listenFd, management } = options;
  using lock = await serveHost(paths, signal);
  if (!lock) throw alreadyRunning();
  const host = nodeLabels['hostname'] ?? nodeName(self);
  const settings = settleHostSettings(paths, {});
  // What clusters need takes memory, so it is loaded only where there may be some.
  const clusters = options.clusters ? await loadClusters() : undefined;
  const managed = management && (await import('./run-management.ts'));
  const sandboxes = options.sandboxes ? await loadSandboxes() : undefined;
  const unserved = [...(clusters ? [] : unservedClusterKinds), ...(sandboxes ? [] : unservedSandboxKinds)];
  const definitions = new ServedDefinitions();
  const objects = administration.served(
    ({ key, problem }) => log('warning', problem, { object: keyText(key) }),
    derived(
      () => definitions.kinds,
      () => [
        ...(clusters?.kinds ?? []),
        ...(managed?.servedKinds ?? []),
        ...(sandboxes?.kinds ?? []),
        ...apiKinds(definitions),
        ...unserved,
      ],
    ),
  );
  if (!management) await forgetManagement(objects, self.name, signal);
  const further = clusters?.declared(objects);
  const deps = declaredHost(engines, {
    ...{ objects, self, sourceWorker, labels: nodeLabels },
    ...(further && { further }),
  });
  const metrics = new Metrics();
  const metricsText = async (): Promise<string> =>
    `${await metrics.registry.metrics()}\n${await client.usage.metrics([], signal)}`;
  await using api =
    apiSocket === undefined
      ? undefined
      : await serveApiService(
          {
            client: measuredClient(objects, metrics.api),
            engine: client,
            definitions,
            further: [...(clusters?.resources ?? []), ...(sandboxes?.resources ?? [])],
            unserved,
            observer: metrics.api,
            metrics: metricsText,
            socket: apiSocket,
            ...(listenFd !== undefined && { listenFd }),
            ...(apiAddress && { address: apiAddress }),
            dir: apiDir(paths),
            self,
            usage: hostUsage(client.usage),
            trust: options.apiTrust,
            log,
          },
          signal,
        );
  await using _socket = await serveMetrics(api?.metrics ?? metricsText, join(paths.runDir, 'daemon.sock'));
  await using sockets = new VmMetricsSockets(paths, (uid) => client.usage.metrics([uid], signal), log);
  const vms = new Informer(new KindClient(objects, vmKind), deps.clock, log);
  sockets.follow(vms);
  const { isVmBusy, reconcileVm, recordWhenReady, clearRemovedVms } = options;
  const controlled = controlVms(
    {
      vms,
      isOwn: (vm) => isOwn(vm, self),
      isBusy: isVmBusy,
      reconcile: (uid, until) => reconcileVm(uid, { signal: until, report: () => {} }),
      recordWhenReady,
      clock: deps.clock,
      log,
      observer: metrics,
    },
    signal,
  );
  const pools = new Informer(new KindClient(objects, warmPoolKind), deps.clock, log);
  const kept = controlPools(
    { pools, vms, keep: options.keepPool, clock: deps.clock, log, observer: metrics },
    signal,
  );
  const reporting = { log, observer: metrics, sinks: [metrics] };
  const imageFields = { VM: ['/spec/image/oci', '/spec/kernel/oci'] };
  const served = {
    ...deps,
    ...openOptions(paths),
    client: objects,
    host,
    watchedKinds: [vmKind, volumeKind],
    imageFields,
    ...reporting,
  };
  const controlling = { clock: deps.clock, log, observer: metrics };
  const runHost = (until: AbortSignal): Promise<void> =>
    controlHostPods({ client: objects, self, keeper: options.pods, ...controlling }, until);
  options.onReady();
  await untilAllEnd(
    [
      api?.ended,
      controlled,
      kept,
      pools.run(signal),
      clusters?.run(
        {
          client: objects,
          host: { ...self, locksDir: locksDir(paths) },
          runHost,
          ...controlling,
          schemas: clusters.schemas,
        },
        signal,
      ),
      management &&
        managed?.runManagement(
          management,
          { objects, self: { ...settings, ...self }, runHost, ...controlling },
          signal,
        ),
      sandboxes?.run({ client: objects, host: self, ...controlling }, signal),
      vms.run(signal),
      keepHost(
        { ...settings, ...self, paths, administration, clock: deps.clock, clear: clearRemovedVms },
        log,
        signal,
      ).finally(() => self.isAlone || ending.abort()),
      serveSyncs({ ...served, ...(webhook && { webhook }) }, signal),
    ],
    () => ending.abort(),
  );
}

async function loadClusters() {
  const [
    { servedClusterVersions },
    { servedClusterResources },
    { runClusters },
    { declaredClusters },
    { valueSchemas },
  ] = await Promise.all([
    import('@ignite/cluster/v1beta1/served-versions'),
    import('./cluster-resources.ts'),
    import('@ignite/cluster/run-clusters'),
    import('@ignite/cluster/operations/declared-clusters'),
    import('@ignite/apiserver/custom-resource/value-schemas'),
  ]);
  return {
    kinds: servedClusterVersions,
    resources: servedClusterResources,
    run: runClusters,
    schemas: valueSchemas,
    declared: declaredClusters,
  };
}

async function loadSandboxes() {
  const [{ kinds }, { servedKindOf }, { servedSandboxResources }, { runSandboxes }] = await Promise.all([
    import('@ignite/sandbox/kinds/kinds'),
    import('@ignite/toolkit/client/over-store/served-kind-of'),
    import('./sandbox-resources.ts'),
    import('@ignite/sandbox/run-sandboxes'),
  ]);
  return { kinds: kinds.map(servedKindOf), resources: servedSandboxResources, run: runSandboxes };
}
