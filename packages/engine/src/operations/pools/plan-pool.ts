import type { Vm } from '@ignite/api/v1/vm';
import { poolLabel, poolRevisionAnnotation } from '@ignite/api/v1/pool-marks';
import type { PoolTemplate, WarmPool, WarmPoolStatus } from '@ignite/api/v1/warm-pool';
import { contentHash } from '@ignite/toolkit/codec/content-hash';
import { isTrue } from '@ignite/toolkit/object/condition';

/** The age at which a member that has ended is replaced. A guest that ends at once is so made anew once in this time, and not without end. */
const shortestLifeMs = 60_000;

/** A pool as far as it tells what its members are to be. */
type Planned = Pick<WarmPool, 'metadata' | 'spec'>;

export interface PoolPlan {
  /** The number of members to make. */
  readonly missing: number;
  /** The members that are to go, and have not been told. */
  readonly surplus: readonly Vm[];
  /** The members that are about to go. */
  readonly leaving: readonly Vm[];
  /** The time until another member is to go, in milliseconds, if nothing else happens. */
  readonly lookAgainMs?: number;
}

/** Pure. Names what the members of a pool are made from. */
export const revisionOf = (template: PoolTemplate): string => contentHash(template);

/** Pure. Tells whether a VM is one that a pool has made, and that nobody has taken. Whoever labels another VM so loses nothing. */
export const isMember = (
  { metadata }: Pick<Vm, 'metadata'>,
  { metadata: { namespace, name } }: Planned,
): boolean =>
  metadata.namespace === namespace &&
  metadata.labels[poolLabel] === name &&
  metadata.annotations[poolRevisionAnnotation] !== undefined;

export const isLeaving = ({ metadata }: Pick<WarmPool, 'metadata'>): boolean =>
  metadata.deletionTimestamp !== undefined;

/** Pure. Tells whether a VM that a pool has made is as the pool gives them away. */
export const isUsable = (vm: Vm, pool: Planned): boolean =>
  !isLeaving(vm) && isOfRevision(vm, pool) && isReady(vm);

/** Pure. Returns the members that can be taken. */
export const readyMembers = (pool: Planned, vms: readonly Vm[]): readonly Vm[] =>
  vms.filter((vm) => isMember(vm, pool) && isUsable(vm, pool));

/** Pure. Plans how the VMs of a host become what a pool wants. Members of another template are not kept, since nobody may take them. */
export function planPool(pool: Planned, vms: readonly Vm[], nowMs: number): PoolPlan {
  const wanted = isLeaving(pool) ? 0 : pool.spec.replicas;
  const members = vms.filter((vm) => isMember(vm, pool));
  const present = members.filter((vm) => !isLeaving(vm));
  const lives = (vm: Vm): boolean => !hasEnded(vm) || leftMs(vm, nowMs) > 0;
  const usable = present
    .filter((vm) => isOfRevision(vm, pool) && lives(vm))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || createdMs(a) - createdMs(b));
  const kept = usable.slice(0, wanted);
  const lefts = kept.filter(hasEnded).map((vm) => leftMs(vm, nowMs));
  return {
    missing: wanted - kept.length,
    surplus: present.filter((vm) => !kept.includes(vm)),
    leaving: members.filter(isLeaving),
    ...(lefts.length > 0 && { lookAgainMs: Math.min(...lefts) }),
  };
}

/** Pure. Returns what the status of a pool tells of its members. */
export function poolStatusOf(pool: WarmPool, vms: readonly Vm[]): WarmPoolStatus {
  const members = vms.filter((vm) => isMember(vm, pool) && !isLeaving(vm));
  return {
    ...pool.status,
    replicas: members.length,
    readyReplicas: readyMembers(pool, vms).length,
    selector: `${poolLabel}=${pool.metadata.name}`,
  };
}

const isOfRevision = ({ metadata }: Vm, { spec }: Planned): boolean =>
  metadata.annotations[poolRevisionAnnotation] === revisionOf(spec.template);
const isReady = ({ spec, status }: Vm): boolean =>
  spec.power === 'Running' && status.phase === 'Running' && isTrue(status.conditions ?? [], 'Ready');
/** Somebody may have stopped, paused or suspended a member, which then is of no use. */
const hasEnded = ({ spec, status }: Vm): boolean => spec.power !== 'Running' || status.phase === 'Stopped';
/** Those that are kept first come first. */
const rankOf = (vm: Vm): number => (isReady(vm) ? 0 : hasEnded(vm) ? 2 : 1);
const createdMs = ({ metadata }: Vm): number => Date.parse(metadata.creationTimestamp);
const leftMs = (vm: Vm, nowMs: number): number => createdMs(vm) + shortestLifeMs - nowMs;
