import type { Clock } from '../clock/clock.ts';
import { hasCode } from '../errors/coded-error.ts';
import type { KubeObject } from '../object/kube-object.ts';
import { newUid } from '../object/uid.ts';
import { KindStore } from '../store/kind-store.ts';
import { objectKind } from '../store/object-kind.ts';
import type { ObjectStore } from '../store/store.ts';

export interface LeaseOptions {
  readonly store: ObjectStore;
  readonly name: string;
  /** The identity of this process; no two processes share one. */
  readonly holder: string;
  /**
   * The duration of the lease in milliseconds. A leader that has not renewed it for so long may be replaced.
   */
  readonly durationMs: number;
  readonly clock: Clock;
}

interface LeaseSpec {
  readonly holder: string;
  readonly durationMs: number;
  /**
   * The number of renewals. A waiting process measures by its own clock how long this number has not changed.
   */
  readonly renewals: number;
}

interface Lease extends KubeObject {
  readonly kind: 'Lease';
  readonly spec: LeaseSpec;
}

const leaseKind = objectKind<Lease>({ apiVersion: 'gitops.weave.works/v1', kind: 'Lease' });

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

async function acquire(
  { store, name, holder, durationMs, clock }: LeaseOptions,
  signal: AbortSignal,
): Promise<Lease | undefined> {
  let seen: string | undefined;
  let since = clock.now();
  const attempt = async (): Promise<Lease | undefined> => {
    const lease = await find(store, name);
    if (lease?.metadata.resourceVersion !== seen) {
      seen = lease?.metadata.resourceVersion;
      since = clock.now();
    }
    const spec = lease?.spec;
    const isFree =
      !spec || spec.holder === '' || spec.holder === holder || clock.now() - since >= spec.durationMs;
    return isFree ? await take(store, name, lease, { holder, durationMs, renewals: 0 }) : undefined;
  };
  while (!signal.aborted) {
    const held = await attempt().catch(() => undefined); // a store that does not answer is asked again
    if (held) return held;
    await clock.sleep(durationMs / 3, signal).catch(() => {});
  }
  return undefined;
}

/** Renews the lease. Resolves when the lease is lost or could not be renewed in time. */
async function renew(
  { store, durationMs, clock }: LeaseOptions,
  held: Lease,
  signal: AbortSignal,
): Promise<void> {
  const leases = new KindStore(store, leaseKind);
  let lease = held;
  let renewedAt = clock.now();
  while (!signal.aborted) {
    await clock.sleep(durationMs / 3, signal).catch(() => {});
    if (signal.aborted || clock.now() - renewedAt >= (durationMs * 2) / 3) return;
    const { spec } = lease;
    const asked = clock.now();
    try {
      lease = await leases.update({ ...lease, spec: { ...spec, renewals: spec.renewals + 1 } });
      renewedAt = asked;
    } catch (failure) {
      if (hasCode(failure, 'CONFLICT') || hasCode(failure, 'NOT_FOUND')) return;
    }
  }
}

/** Releases the lease, so that the next leader need not wait until it expires. */
async function release({ store, name, holder }: LeaseOptions): Promise<void> {
  const lease = await find(store, name);
  const spec = lease?.spec;
  if (lease && spec?.holder === holder) await take(store, name, lease, { ...spec, holder: '' });
}

const find = async (store: ObjectStore, name: string): Promise<Lease | undefined> =>
  await new KindStore(store, leaseKind).find({ name });

/** Takes the lease. Returns `undefined` if another process was faster. */
async function take(
  store: ObjectStore,
  name: string,
  old: Lease | undefined,
  spec: LeaseSpec,
): Promise<Lease | undefined> {
  try {
    const leases = new KindStore(store, leaseKind);
    if (old) return await leases.update({ ...old, spec });
    return await leases.create({ metadata: { name, uid: newUid() }, spec, status: {} });
  } catch (failure) {
    if (hasCode(failure, 'CONFLICT') || hasCode(failure, 'ALREADY_EXISTS')) return undefined;
    throw failure;
  }
}
