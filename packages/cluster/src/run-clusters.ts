import { randomInt } from 'node:crypto';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { untilAllEnd } from '@ignite/toolkit/async/until-all-end';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { ControllerObserver } from '@ignite/toolkit/controller/controller';
import { Informer } from '@ignite/toolkit/controller/informer';
import { leadWhile } from '@ignite/toolkit/controller/lease';
import { tryLock } from '@ignite/toolkit/lock/process-lock';
import type { Log } from '@ignite/toolkit/log/log';
import type { ValueSchemas } from './contract/value-schemas.ts';
import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { contractVersion } from './contract/groups.ts';
import { clusterControllers, igniteControllers } from './controllers.ts';
import { ipPoolKinds } from './kinds/ip-pool-kinds.ts';
import { clusterKind, etcdClusterKind } from './kinds/object-kinds.ts';
import { clusterResources } from './kinds/resources.ts';
import { Objects } from './runtime/objects.ts';
import { ProviderKinds } from './runtime/provider-kinds.ts';
import { runControllers } from './runtime/run-controllers.ts';
import { RemoteClusters } from './workload/remote-clusters.ts';
import { etcdAt } from './workload/remote-etcd.ts';

export interface ClusterService {
  readonly client: ObjectClient;
  readonly host: ControllingHost;
  readonly clock: Clock;
  /** Checks the variables of ClusterClasses. */
  readonly schemas: ValueSchemas;
  readonly log: Log;
  readonly observer?: ControllerObserver;
  /** Does until `until` aborts what each host does for clusters, whichever host runs the controllers. */
  readonly runHost: (until: AbortSignal) => Promise<void>;
  /** Called when this process begins to run the controllers. */
  readonly onBegun?: () => void;
}

/** The host on which controllers of clusters run. */
export interface ControllingHost {
  readonly name: string;
  /** Whether no other host shares its store. */
  readonly isAlone: boolean;
  readonly locksDir: string;
}

const leaseSeconds = 30;
const lockName = 'clusters';
const lockMs = 1_000;
const letters = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Runs the controllers of clusters until `signal` aborts, from the first Cluster, EtcdCluster or pool of addresses on. Of the processes of a
 * host, one does what clusters need of it, and of several hosts with one store, one runs the controllers.
 */
export async function runClusters(service: ClusterService, signal: AbortSignal): Promise<void> {
  using lock = await acquire(service, signal);
  if (!lock) return;
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  await untilAllEnd([service.runHost(until), lead(service, until)], () => ending.abort());
}

/** Runs the controllers whenever no other host does. */
async function lead(service: ClusterService, signal: AbortSignal): Promise<void> {
  const { client, host, clock, onBegun } = service;
  await firstCluster(service, signal);
  if (signal.aborted) return;
  const work = async (until: AbortSignal): Promise<void> => {
    onBegun?.();
    await control(service, until);
  };
  if (host.isAlone) return await work(signal);
  const lease = {
    client,
    namespace: 'default',
    name: 'ignite-clusters',
    durationSeconds: leaseSeconds,
    clock,
  };
  await leadWhile({ ...lease, holder: `${host.name}-${process.pid}` }, work, signal);
}

/** Waits for the lock of this host. Returns `undefined` once `signal` has aborted. */
async function acquire(
  { host, clock }: ClusterService,
  signal: AbortSignal,
): Promise<Disposable | undefined> {
  while (!signal.aborted) {
    const lock = tryLock(host.locksDir, lockName);
    if (lock) return lock;
    await clock.sleep(lockMs, signal).catch(() => {});
  }
  return undefined;
}

/** Resolves once there is a Cluster, an EtcdCluster or a pool of addresses: hosts without one follow no other kind. */
async function firstCluster({ client, clock, log }: ClusterService, stop: AbortSignal): Promise<void> {
  const found = new AbortController();
  const signal = AbortSignal.any([stop, found.signal]);
  await Promise.all(
    [clusterKind, etcdClusterKind, ...ipPoolKinds].map(async (kind) => {
      const clusters = new Informer(new KindClient<KubeObject>(client, kind), clock, log);
      clusters.onChange(() => found.abort());
      await clusters.run(signal);
    }),
  );
}

async function control(
  { client, clock, schemas, log, observer }: ClusterService,
  signal: AbortSignal,
): Promise<void> {
  using workloads = new RemoteClusters(client, clock);
  const own = clusterResources.map(({ group, plural, kind }) => ({
    ...{ group, version: contractVersion, resource: plural, kind },
  }));
  const objects = new Objects({ client, clock, log, signal });
  objects.onChange((object, isGone) => {
    if (isGone && object.kind === clusterKind.kind) workloads.forget(object);
  });
  const work = {
    objects,
    providers: new ProviderKinds(client, own),
    workloads,
    schemas,
    etcdAt: etcdAt(() => clock.now()),
    clock,
    log,
    suffix: () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join(''),
  };
  await runControllers([...clusterControllers, ...igniteControllers], work, {
    signal,
    ...(observer && { observer }),
  });
}
