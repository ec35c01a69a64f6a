import type { Vm } from '@ignite/api/v1/vm';
import { poolLabel } from '@ignite/api/v1/pool-marks';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import type { Clock } from '@ignite/toolkit/clock/clock';
import { type ControllerObserver, runController } from '@ignite/toolkit/controller/controller';
import { type Informer, informerKey } from '@ignite/toolkit/controller/informer';
import { WorkQueue } from '@ignite/toolkit/controller/work-queue';
import type { Log } from '@ignite/toolkit/log/log';
import type { KeptPool } from './keep-pool.ts';

const concurrency = 2;
/** Several changes in this time are looked at together. */
const leewayMs = 200;
/** The time after which a pool is looked at although nothing was heard of it or of its VMs. */
const resyncMs = 5 * 60_000;

export interface PoolControllerOptions {
  readonly pools: Pick<Informer<WarmPool>, 'get' | 'onChange'>;
  readonly vms: Pick<Informer<Vm>, 'onChange'>;
  /** Makes the VMs that a pool lacks, and removes those that it does not want. */
  readonly keep: (pool: WarmPool, signal: AbortSignal) => Promise<KeptPool>;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: ControllerObserver;
}

/** Keeps the pools of this host filled until `signal` aborts: whenever one of them or of their VMs changes. */
export async function controlPools(options: PoolControllerOptions, signal: AbortSignal): Promise<void> {
  const { pools, vms, keep, clock, log, observer } = options;
  const queue = new WorkQueue(clock);
  const wishes = new Map<string, string>();
  pools.onChange((pool, isGone) => {
    const [key, { uid, generation, deletionTimestamp = '' }] = [informerKey(pool), pool.metadata];
    const wish = `${uid} ${generation} ${deletionTimestamp}`;
    if (isGone) wishes.delete(key);
    else if (wishes.get(key) !== wish) {
      wishes.set(key, wish);
      queue.addAfter(key, leewayMs);
    }
  });
  const members = new Map<string, string>();
  vms.onChange((vm, isGone) => {
    const { uid, namespace, labels } = vm.metadata;
    const before = members.get(uid);
    const pool = isGone ? undefined : labels[poolLabel];
    if (pool === undefined) members.delete(uid);
    else members.set(uid, `${namespace}/${pool}`);
    for (const key of new Set([before, members.get(uid)]))
      if (key !== undefined) queue.addAfter(key, leewayMs);
  });
  await runController(
    {
      name: 'pool',
      queue,
      concurrency,
      clock,
      log,
      reconcile: async (key, until) => {
        const pool = pools.get(key);
        if (!pool) return {};
        const { lookAgainMs = resyncMs } = await keep(pool, until);
        return { requeueAfterMs: Math.min(lookAgainMs, resyncMs) };
      },
      ...(observer && { observer }),
    },
    signal,
  );
}
