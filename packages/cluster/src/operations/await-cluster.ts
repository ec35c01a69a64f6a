import type { ClientOperation } from '@ignite/api/client/progress';
import type { ObjectClient } from '@ignite/toolkit/client/object-client';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { CodedError } from '@ignite/toolkit/errors/coded-error';
import { awaitedOf } from './awaited.ts';
import { type ClusterKey, type ClusterView, viewCluster } from './cluster-view.ts';
import { clusterNotFound } from './find-cluster.ts';

export type WaitErrorCode = 'CLUSTER_NOT_READY';

/** How a command waits for a cluster. */
export interface Waiting {
  readonly client: ObjectClient;
  readonly clock: Clock;
  /** When the time is up, however often is waited until then. */
  readonly endMs: number;
  readonly op: ClientOperation;
}

/** The shortest and the longest time between two looks, and the part of the time waited so far that lies between. */
const lookMs = { least: 250, most: 1_000, part: 1 / 20 };

/**
 * Waits until a cluster is as it is wished, and reports what it still lacks.
 * @param awaited says what a cluster lacks
 * @throws CodedError CLUSTER_NOT_READY when the time is up, CLUSTER_NOT_FOUND
 */
export async function awaitCluster(
  key: ClusterKey,
  waiting: Waiting,
  awaited: (view: ClusterView) => string | undefined = awaitedOf,
): Promise<ClusterView> {
  const { client, op } = waiting;
  return await waitFor(key, waiting, async () => {
    const view = await viewCluster(client, key, op.signal);
    if (!view) throw clusterNotFound(key);
    const lacks = awaited(view);
    return lacks === undefined ? { found: view } : { lacks };
  });
}

/** What there is to be found, or what is still to come. */
export type Look<T> = { readonly found: T } | { readonly lacks: string };

/**
 * Looks again and again until something is found, at least every second, and more often as long as it has not taken long. Reports what is waited for, and how
 * long each of it took.
 * @param group the commands by which people look at what is waited for
 * @throws CodedError CLUSTER_NOT_READY when the time is up
 */
export async function waitFor<T>(
  { namespace, name }: ClusterKey,
  { clock, endMs, op }: Waiting,
  look: () => Promise<Look<T>>,
  group: 'cluster' | 'etcd' = 'cluster',
): Promise<T> {
  const beganMs = clock.now();
  for (let [told, sinceMs] = ['', beganMs]; ;) {
    const seen = await look();
    const lacks = 'found' in seen ? '' : seen.lacks;
    if (lacks !== told) {
      if (told !== '')
        op.report({ kind: 'timing', what: `wait for ${told}`, milliseconds: clock.now() - sinceMs });
      if (lacks !== '') op.report({ kind: 'step', message: `Waiting for ${lacks}` });
      [told, sinceMs] = [lacks, clock.now()];
    }
    if ('found' in seen) return seen.found;
    if (clock.now() >= endMs)
      throw new CodedError<WaitErrorCode>(
        'CLUSTER_NOT_READY',
        `${group === 'etcd' ? 'etcd cluster' : 'cluster'} "${name}" is not as it was asked for in time: waiting for ${told}`,
        {
          hint: `"ignite ${group} describe ${namespace}/${name}" shows how far it is; what was asked for stays asked for`,
        },
      );
    const waitedMs = (clock.now() - beganMs) * lookMs.part;
    await clock.sleep(Math.min(lookMs.most, Math.max(lookMs.least, waitedMs)), op.signal);
  }
}
