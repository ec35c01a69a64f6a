import type { Clock } from '../clock/clock.ts';
import type { ObjectClient } from '../client/object-client.ts';
import { KindClient } from '../client/kind-client.ts';
import { hasCode } from '../errors/coded-error.ts';
import { type Lease, type LeaseSpec, storedLease } from '../core/resources/lease.ts';
import { microTime } from '../object/micro-time.ts';

export type LeaseAttempt =
  | { readonly type: 'held' }
  /** Another process holds the lease. */
  | { readonly type: 'taken' }
  | { readonly type: 'failed'; readonly failure: unknown };

export interface LeaseOptions {
  readonly client: ObjectClient;
  readonly namespace: string;
  readonly name: string;
  /** The identity of this process; no two processes share one. */
  readonly holder: string;
  /**
   * The duration of the lease, in seconds. A leader that has not renewed it for so long may be replaced.
   */
  readonly durationSeconds: number;
  readonly clock: Clock;
  /** What a lease has that tells it from those of others. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Told how each attempt to take or to renew the lease has ended. */
  readonly onAttempt?: (attempt: LeaseAttempt) => void;
}

/**
 * Runs `work` whenever this process is the leader, until `signal` aborts. At most one process leads at a
 * time. The signal given to `work` aborts when the lease is lost, a third of its duration before anyone else
 * can take it. The clocks of hosts are never compared.
 */
export async function leadWhile(
  options: LeaseOptions,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const held = await acquire(options, signal);
    if (!held) return;
    const lost = new AbortController();
    const leading = AbortSignal.any([signal, lost.signal]);
    const renewing = renew(options, held, leading).finally(() => lost.abort());
    try {
      await work(leading);
    } finally {
      lost.abort();
      await renewing;
      // A lease that could not be released expires by itself.
      await release(options).catch(() => {});
    }
  }
}

async function acquire(options: LeaseOptions, signal: AbortSignal): Promise<Lease | undefined> {
  const { holder, durationSeconds, clock, onAttempt } = options;
  let seen: string | undefined;
  let since = clock.now();
  const attempt = async (): Promise<Lease | undefined> => {
    const lease = await find(options);
    if (lease?.metadata.resourceVersion !== seen) {
      seen = lease?.metadata.resourceVersion;
      since = clock.now();
    }
    const spec = lease?.spec;
    const isFree =
      !spec?.holderIdentity ||
      spec.holderIdentity === holder ||
      clock.now() - since >= (spec.leaseDurationSeconds ?? 0) * 1_000;
    return isFree ? await take(options, lease, newSpec(options, spec)) : undefined;
  };
  while (!signal.aborted) {
    try {
      const held = await attempt();
      onAttempt?.({ type: held ? 'held' : 'taken' });
      if (held) return held;
    } catch (failure) {
      onAttempt?.({ type: 'failed', failure }); // a server that does not answer is asked again
    }
    await clock.sleep((durationSeconds * 1_000) / 3, signal).catch(() => {});
  }
  return undefined;
}

function newSpec({ holder, durationSeconds, clock }: LeaseOptions, old: LeaseSpec | undefined): LeaseSpec {
  const now = microTime(clock.now());
  return {
    holderIdentity: holder,
    leaseDurationSeconds: durationSeconds,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: old ? (old.leaseTransitions ?? 0) + 1 : 0,
  };
}

/** Renews the lease. Resolves when the lease is lost or could not be renewed in time. */
async function renew(options: LeaseOptions, held: Lease, signal: AbortSignal): Promise<void> {
  const { client, durationSeconds, clock, onAttempt } = options;
  const durationMs = durationSeconds * 1_000;
  let lease = held;
  let renewedAt = clock.now();
  while (!signal.aborted) {
    await clock.sleep(durationMs / 3, signal).catch(() => {});
    if (signal.aborted || clock.now() - renewedAt >= (durationMs * 2) / 3) return;
    const spec = { ...lease.spec, renewTime: microTime(clock.now()) };
    const asked = clock.now();
    try {
      lease = await leasesOf(client).update({ ...lease, spec }, { signal });
      renewedAt = asked;
      onAttempt?.({ type: 'held' });
    } catch (failure) {
      if (!signal.aborted) onAttempt?.({ type: 'failed', failure });
      if (hasCode(failure, 'CONFLICT') || hasCode(failure, 'NOT_FOUND')) return;
    }
  }
}

/** Releases the lease, so that the next leader need not wait until it expires. */
async function release(options: LeaseOptions): Promise<void> {
  const lease = await find(options);
  if (!lease) return;
  const { holderIdentity, ...spec } = lease.spec;
  if (holderIdentity === options.holder) await take(options, lease, spec);
}

const find = async ({ client, namespace, name }: LeaseOptions): Promise<Lease | undefined> =>
  await leasesOf(client).find({ namespace, name });

/** Writes the lease. Returns `undefined` if another process was faster. */
async function take(
  { client, namespace, name, labels }: LeaseOptions,
  old: Lease | undefined,
  spec: LeaseSpec,
): Promise<Lease | undefined> {
  try {
    if (!old)
      return await leasesOf(client).create({
        metadata: { namespace, name, ...(labels && { labels }) },
        spec,
      });
    const metadata = { ...old.metadata, labels: { ...old.metadata.labels, ...labels } };
    return await leasesOf(client).update({ ...old, metadata, spec });
  } catch (failure) {
    if (hasCode(failure, 'CONFLICT') || hasCode(failure, 'ALREADY_EXISTS')) return undefined;
    throw failure;
  }
}

const leasesOf = (client: ObjectClient): KindClient<Lease> => new KindClient(client, storedLease);
