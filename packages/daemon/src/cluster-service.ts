import { randomInt } from 'node:crypto';
import { hostUses } from '@ignite/cluster/kinds/host-uses';
import { kinds } from '@ignite/cluster/kinds/kinds';
import { clusterKind } from '@ignite/cluster/kinds/object-kinds';
import { Objects } from '@ignite/cluster/runtime/objects';
import { ProviderKinds } from '@ignite/cluster/runtime/provider-kinds';
import { runControllers } from '@ignite/cluster/runtime/run-controllers';
import { RemoteClusters } from '@ignite/cluster/workload/remote-clusters';
import { clusterControllers, igniteControllers } from '@ignite/cluster/controllers';
import type { ThisHost } from '@ignite/engine/tools/host/this-host';
import { scalingAt } from '@ignite/apiserver/resource/scale';
import type { ServedResource } from '@ignite/apiserver/resource/served-resource';
import { servedResourceOf } from '@ignite/apiserver/resource/served-resource-of';
import { KindClient } from '@ignite/toolkit/client/kind-client';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { ServedKind } from '@ignite/toolkit/client/over-store/served-kind';
import { servedKindOf } from '@ignite/toolkit/client/over-store/served-kind-of';
import type { Clock } from '@ignite/toolkit/clock/clock';
import type { ControllerObserver } from '@ignite/toolkit/controller/controller';
import { Informer } from '@ignite/toolkit/controller/informer';
import { leadWhile } from '@ignite/toolkit/controller/lease';
import type { Log } from '@ignite/toolkit/log/log';
import type { Kind } from '@ignite/toolkit/scheme/kind';

/** Cluster API's kinds, as a client over a store serves them. */
export const servedClusterKinds: readonly ServedKind[] = kinds.map(servedKindOf);

const scaling = scalingAt({
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.status.selector',
});

const servedResource = (kind: Kind): ServedResource => ({
  ...servedResourceOf(kind),
  ...(kind.subresources?.includes('scale') && { scale: scaling }),
  ...(hostUses[kind.kind] && { hostUses: hostUses[kind.kind] }),
});

/** Cluster API's kinds, as the API serves them. */
export const clusterResources: readonly ServedResource[] = kinds.map(servedResource);

export interface ClusterServiceOptions {
  readonly client: ObjectClient;
  readonly self: ThisHost;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

const leaseSeconds = 30;
const letters = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Runs the controllers of clusters until `signal` aborts, from the first Cluster on that there is. Of several hosts with
 * one store, one runs them at a time.
 */
export async function runClusters(options: ClusterServiceOptions, signal: AbortSignal): Promise<void> {
  const { client, self, clock } = options;
  await firstCluster(options, signal);
  if (signal.aborted) return;
  const work = async (until: AbortSignal): Promise<void> => await control(options, until);
  if (self.isAlone) return await work(signal);
  const lease = {
    client,
    namespace: 'default',
    name: 'ignite-clusters',
    durationSeconds: leaseSeconds,
    clock,
  };
  await leadWhile({ ...lease, holder: `${self.name}-${process.pid}` }, work, signal);
}

/** Resolves once there is a Cluster: hosts without one follow no other kind. */
async function firstCluster({ client, clock, log }: ClusterServiceOptions, stop: AbortSignal): Promise<void> {
  const found = new AbortController();
  const signal = AbortSignal.any([stop, found.signal]);
  const clusters = new Informer(new KindClient(client, clusterKind), clock, log);
  clusters.onChange(() => found.abort());
  await clusters.run(signal);
}

async function control(
  { client, clock, log, observer }: ClusterServiceOptions,
  signal: AbortSignal,
): Promise<void> {
  using workloads = new RemoteClusters(client, clock);
  const own = kinds.map(({ group, plural, kind }) => ({ group, version: 'v1beta2', resource: plural, kind }));
  const objects = new Objects({ client, clock, log, signal });
  objects.onChange((object, isGone) => {
    if (isGone && object.kind === clusterKind.kind) workloads.forget(object);
  });
  const work = {
    objects,
    providers: new ProviderKinds(client, own),
    workloads,
    clock,
    log,
    suffix: () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join(''),
  };
  await runControllers([...clusterControllers, ...igniteControllers], work, {
    signal,
    ...(observer && { observer }),
  });
}
