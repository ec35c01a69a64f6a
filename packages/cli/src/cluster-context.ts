import type { Client } from '@ignite/api/client/client';
import type { ClientOperation, ProgressEvent } from '@ignite/api/client/progress';
import { clusterKind } from '@ignite/cluster/kinds/object-kinds';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import { untilAllEnd } from '@ignite/toolkit/async/until-all-end';
import { systemClock as clock } from '@ignite/toolkit/clock/clock';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';
import type { Log } from '@ignite/toolkit/log/log';
import type { Invocation } from './arguments/command.ts';
import { logLevelOf, tells } from './arguments/log-level.ts';
import { type Operation, isForOtherHost, withClient, withOwnHost } from './context.ts';
import { type Collect, withToldTimings } from './render/message/with-told-timings.ts';

export type ClusterHostErrorCode = 'CLUSTERS_NOT_SERVED';

/** What commands on clusters work with. */
export interface ClusterHost {
  readonly client: Client;
  /** The objects of all kinds, those of clusters too. */
  readonly objects: ObjectClient;
  readonly op: ClientOperation;
  /** Tells whether this process has run the controllers of clusters, since nobody else did. */
  readonly hasControlled: () => boolean;
}

/** For commands that look at clusters, or write a wish that need not be waited for. @throws CodedError CLUSTERS_NOT_SERVED */
export async function withClusters<T>(
  invocation: Invocation,
  use: (host: ClusterHost) => Promise<T>,
): Promise<T> {
  if (isForOtherHost(invocation)) return await withFarClusters(invocation, use);
  const { servedClusterKinds } = await import('@ignite/cluster/kinds/served-kinds');
  return await withOwnHost(invocation, async ({ client, served, op }) =>
    use({ client, objects: served(servedClusterKinds), op, hasControlled: () => false }),
  );
}

/**
 * For commands that wait for a cluster. Where no ignited runs the controllers of clusters, this process does so until `use` is
 * done.
 * @throws CodedError CLUSTERS_NOT_SERVED
 */
export async function withClusterControllers<T>(
  invocation: Invocation,
  use: (host: ClusterHost) => Promise<T>,
): Promise<T> {
  return await withToldTimings(invocation, async (collect) =>
    isForOtherHost(invocation)
      ? await withFarClusters(invocation, async (host) => await use({ ...host, op: collect(host.op) }))
      : await withOwnControllers(invocation, collect, use),
  );
}

async function withOwnControllers<T>(
  invocation: Invocation,
  collect: Collect,
  use: (host: ClusterHost) => Promise<T>,
): Promise<T> {
  const [{ runClusters }, { servedClusterKinds }] = await Promise.all([
    import('@ignite/cluster/run-clusters'),
    import('@ignite/cluster/kinds/served-kinds'),
  ]);
  return await withOwnHost(invocation, async ({ client, served, self, op: asked, ...host }) => {
    const op = collect(asked);
    const schemas = await host.loadSchemas();
    const objects = served(servedClusterKinds);
    const [done, failed] = [new AbortController(), new AbortController()];
    const until = AbortSignal.any([done.signal, op.signal]);
    const tell = {
      log: controllerLog(invocation, op),
      report: (event: ProgressEvent): void => void (event.kind === 'timing' && op.report(event)),
    };
    let hasControlled = false;
    const runHost = async (stop: AbortSignal): Promise<void> => await host.controlPods(objects, tell, stop);
    const onBegun = (): void => void (hasControlled = true);
    const controlling = untilAllEnd(
      [
        runClusters({ client: objects, host: self, runHost, clock, schemas, log: tell.log, onBegun }, until),
        host.controlVms(tell, until),
      ],
      () => done.abort(),
    ).catch((failure: unknown) => failed.abort(failure));
    try {
      const signal = AbortSignal.any([op.signal, failed.signal]);
      return await use({ client, objects, op: { ...op, signal }, hasControlled: () => hasControlled });
    } finally {
      done.abort();
      await controlling;
    }
  });
}

async function withFarClusters<T>(
  invocation: Invocation,
  use: (host: ClusterHost) => Promise<T>,
): Promise<T> {
  return await withClient(invocation, async (client, op) => {
    const { objects } = client;
    await assertServed(objects, op.signal);
    return await use({ client, objects, op, hasControlled: () => false });
  });
}

async function assertServed(objects: ObjectClient, signal: AbortSignal): Promise<void> {
  try {
    await objects.list(clusterKind, { limit: 1, signal });
  } catch (failure) {
    if (!hasCode(failure, 'NOT_FOUND')) throw failure;
    throw new CodedError<ClusterHostErrorCode>('CLUSTERS_NOT_SERVED', 'that host serves no clusters', {
      hint: 'start "ignite daemon --api --clusters" there',
      cause: failure,
    });
  }
}

/** What fails is tried again, and a cluster says itself what it lacks, so that only who looks for a fault is told. */
const controllerLog =
  ({ flags }: Invocation, { debug }: Operation): Log =>
  (_level, message, fields = {}) => {
    const told = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
    if (tells(logLevelOf(flags), 'debug')) debug([message, ...told].join(' '));
  };
