import { randomInt } from 'node:crypto';
import type { ClientOperation } from '@ignite/api/client/progress';
import type { SnapshotClient } from '@ignite/api/client/snapshot-client';
import type { VmClient } from '@ignite/api/client/vm-client';
import type { Vm } from '@ignite/api/v1/vm';
import { poolFinalizer, poolLabel, poolRevisionAnnotation } from '@ignite/api/v1/pool-marks';
import type { WarmPool } from '@ignite/api/v1/warm-pool';
import { mapConcurrent } from '@ignite/toolkit/async/map-concurrent';
import { hasCode } from '@ignite/toolkit/errors/coded-error';
import { errorText } from '@ignite/toolkit/errors/error-text';
import { acquireLock } from '@ignite/toolkit/lock/process-lock';
import { withCondition } from '@ignite/toolkit/object/condition';
import { locksDir } from '../../tools/host/paths.ts';
import { poolsIn, vmsIn } from '../../tools/store/kind-clients.ts';
import type { VmPorts } from '../../vm/vm-ports.ts';
import {
  type PoolPlan,
  isLeaving,
  isMember,
  planPool,
  poolStatusOf,
  readyMembers,
  revisionOf,
} from './plan-pool.ts';

/** What keeps pools. */
export interface PoolKeeping {
  readonly host: Pick<VmPorts, 'objects' | 'paths' | 'clock'>;
  /** The VMs of this host as they really are, and what makes and removes them. */
  readonly vms: Pick<VmClient, 'list' | 'create' | 'start' | 'remove'>;
  readonly snapshots: Pick<SnapshotClient, 'warm'>;
}

/** How a pool was left. */
export interface KeptPool {
  /** The pool, unless it is gone. */
  readonly pool?: WarmPool;
  /** The time after which it is looked at again although nothing happens. */
  readonly lookAgainMs?: number;
}

const startsAtOnce = 2;
/** How often the members of a deleted pool are looked at before others have their turn. */
const mostRounds = 100;
const soonMs = 1_000;
const letters = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;
const longestStem = 63 - suffixLength - 1;

/**
 * Makes the VMs that a pool lacks and removes those that it does not want. It starts none: they are wanted up, which whoever keeps the
 * VMs of this host sees to. Of several callers one is at work on a pool at a time. It may be repeated at any time.
 */
export async function keepPool(
  { metadata }: Pick<WarmPool, 'metadata'>,
  keeping: PoolKeeping,
  op: ClientOperation,
): Promise<KeptPool> {
  const { host, vms } = keeping;
  using _lock = await acquireLock(locksDir(host.paths), `pool-${metadata.uid}`, op.signal);
  const found = await poolsIn(host.objects).find(metadata, { signal: op.signal });
  if (found?.metadata.uid !== metadata.uid) return {};
  const pool = await withFinalizer(found, host);
  const plan = planPool(pool, await vms.list(op.signal), host.clock.now());
  try {
    if (isLeaving(pool)) return await emptied(pool, keeping, op);
    await clear(plan, keeping, op);
    if (plan.missing > 0) await makeTemplate(pool, keeping, op);
    for (let left = plan.missing; left > 0 && (await isSame(pool, host)); left--)
      await vms.create(memberRequest(pool), op);
  } catch (failure) {
    if (!op.signal.aborted) await record(pool, keeping, op, failure);
    throw failure;
  }
  const kept = await record(pool, keeping, op);
  return { pool: kept, ...(plan.lookAgainMs !== undefined && { lookAgainMs: plan.lookAgainMs }) };
}

/** Keeps a pool, and starts its VMs. Resolves once all of them are ready. */
export async function fillPool(pool: WarmPool, keeping: PoolKeeping, op: ClientOperation): Promise<WarmPool> {
  const { vms } = keeping;
  const { pool: kept = pool } = await keepPool(pool, keeping, op);
  const all = await vms.list(op.signal);
  const ready = readyMembers(kept, all);
  const waiting = all.filter((vm) => isMember(vm, kept) && !isLeaving(vm) && !ready.includes(vm));
  await mapConcurrent(waiting, startsAtOnce, async (vm) => {
    await vms.start(vm.metadata.uid, {}, op).catch((failure: unknown) => {
      // Somebody has removed it meanwhile.
      if (!hasCode(failure, 'VM_NOT_FOUND') && !hasCode(failure, 'VM_LEAVING')) throw failure;
    });
  });
  const { pool: filled = kept } = await keepPool(kept, keeping, op);
  return filled;
}

/** Removes all members of a pool that is deleted, and lets it go then. Those that somebody has changed meanwhile are looked at again. */
async function emptied(pool: WarmPool, keeping: PoolKeeping, op: ClientOperation): Promise<KeptPool> {
  const { host, vms } = keeping;
  for (let round = 0; round < mostRounds; round++) {
    const plan = planPool(pool, await vms.list(op.signal), host.clock.now());
    if (plan.surplus.length + plan.leaving.length === 0) {
      await letGo(pool, host);
      return {};
    }
    await clear(plan, keeping, op);
  }
  return { pool, lookAgainMs: soonMs };
}

/** Removes the members that are to go. */
async function clear(plan: PoolPlan, keeping: PoolKeeping, op: ClientOperation): Promise<void> {
  for (const vm of plan.surplus) if (await isRetired(vm, keeping.host)) await remove(vm, keeping, op);
  for (const vm of plan.leaving) await remove(vm, keeping, op);
}

async function withFinalizer(pool: WarmPool, { objects }: PoolKeeping['host']): Promise<WarmPool> {
  const { finalizers, deletionTimestamp } = pool.metadata;
  if (deletionTimestamp !== undefined || finalizers.includes(poolFinalizer)) return pool;
  return await poolsIn(objects).modify(pool.metadata, (now) => ({
    ...now,
    metadata: { ...now.metadata, finalizers: [...now.metadata.finalizers, poolFinalizer] },
  }));
}

async function letGo(pool: WarmPool, { objects }: PoolKeeping['host']): Promise<void> {
  const without = (now: WarmPool): WarmPool => ({
    ...now,
    metadata: {
      ...now.metadata,
      finalizers: now.metadata.finalizers.filter((each) => each !== poolFinalizer),
    },
  });
  await poolsIn(objects).modify(pool.metadata, without);
}

/** Tells whether a pool is wanted as it was: it may have been changed or deleted since. */
async function isSame({ metadata }: WarmPool, { objects }: PoolKeeping['host']): Promise<boolean> {
  const now = await poolsIn(objects).find(metadata);
  return now?.metadata.generation === metadata.generation && now.metadata.deletionTimestamp === undefined;
}

/**
 * Marks a member as one that goes. Whoever takes a member changes the same object, so that of the two only the first one gets it.
 */
async function isRetired({ metadata }: Vm, { objects }: PoolKeeping['host']): Promise<boolean> {
  const { uid, resourceVersion } = metadata;
  try {
    await vmsIn(objects).delete(metadata, { preconditions: { uid, resourceVersion } });
    return true;
  } catch (failure) {
    if (hasCode(failure, 'CONFLICT') || hasCode(failure, 'NOT_FOUND')) return false;
    throw failure;
  }
}

async function remove({ metadata }: Vm, { vms }: PoolKeeping, op: ClientOperation): Promise<void> {
  try {
    await vms.remove(metadata.uid, { force: true }, op);
  } catch (failure) {
    if (!hasCode(failure, 'VM_NOT_FOUND')) throw failure;
  }
}

/** Members start from a template where they can. Where none can be made, they boot. */
async function makeTemplate(
  { metadata: { namespace }, spec }: WarmPool,
  { snapshots }: PoolKeeping,
  op: ClientOperation,
): Promise<void> {
  try {
    await snapshots.warm({ namespace, spec: spec.template.spec }, op);
  } catch (failure) {
    op.signal.throwIfAborted();
    if (!hasCode(failure, 'WARM_UNSUPPORTED'))
      op.report({ kind: 'warning', message: `the VMs of the pool boot: ${errorText(failure)}` });
  }
}

function memberRequest({ metadata: { namespace, name }, spec: { template } }: WarmPool) {
  const suffix = Array.from({ length: suffixLength }, () => letters[randomInt(letters.length)]).join('');
  return {
    namespace,
    name: `${name.slice(0, longestStem)}-${suffix}`,
    labels: { ...template.metadata?.labels, [poolLabel]: name },
    annotations: { [poolRevisionAnnotation]: revisionOf(template) },
    spec: template.spec,
    warm: 'auto' as const,
    preflight: {},
  };
}

async function record(
  pool: WarmPool,
  { host, vms }: PoolKeeping,
  op: ClientOperation,
  failure?: unknown,
): Promise<WarmPool> {
  const all = await vms.list(op.signal);
  const now = new Date(host.clock.now()).toISOString();
  return await poolsIn(host.objects).modifyStatus(pool.metadata, (stored) => {
    const status = poolStatusOf(stored, all);
    const observedGeneration = pool.metadata.generation;
    const ready = { type: 'Ready', observedGeneration, ...findingOf(stored, status, failure) } as const;
    return {
      ...stored,
      status: {
        ...status,
        observedGeneration,
        conditions: withCondition(status.conditions ?? [], ready, now),
      },
    };
  });
}

function findingOf(
  { spec: { replicas } }: WarmPool,
  { readyReplicas }: WarmPool['status'],
  failure: unknown,
) {
  const message = `${readyReplicas} of ${replicas} VMs are ready`;
  if (failure !== undefined)
    return { status: 'False', reason: 'Failed', message: errorText(failure) } as const;
  return readyReplicas >= replicas
    ? ({ status: 'True', reason: 'Filled', message } as const)
    : ({ status: 'False', reason: 'Filling', message } as const);
}
