import { contentHash } from '@ignite/toolkit/codec/content-hash';
import { isTrue } from '@ignite/toolkit/object/condition';
import { launchTypeLabel, poolLabel, templateHashLabel } from '../kinds/groups.ts';
import type { SandboxTemplate } from '../kinds/sandbox-template.ts';
import type { SandboxWarmPool, SandboxWarmPoolStatus } from '../kinds/sandbox-warm-pool.ts';
import type { Sandbox } from '../kinds/sandbox.ts';
import { isControlledBy, isLeaving } from './owner.ts';

/** The age at which a Sandbox that has finished is replaced, so that one that ends at once is not made anew without end. */
const shortestLifeMs = 60_000;

export interface WarmPoolPlan {
  /** The number of Sandboxes to make. */
  readonly missing: number;
  readonly surplus: readonly Sandbox[];
  readonly status: SandboxWarmPoolStatus;
  readonly lookAgainMs?: number;
}

/** Pure. Names what Sandboxes are made from. */
const templateHash = ({ podTemplate }: SandboxTemplate['spec']): string => contentHash(podTemplate);

export const isReady = ({ status }: Sandbox): boolean => isTrue(status?.conditions ?? [], 'Ready');

/** Pure. Returns the Sandboxes of a pool that nobody has claimed. */
export const unclaimed = (pool: SandboxWarmPool, sandboxes: readonly Sandbox[]): readonly Sandbox[] =>
  sandboxes.filter((each) => isControlledBy(each, pool) && !isLeaving(each));

/** Pure. Plans how a pool gets its Sandboxes. Without its template, none are made. */
export function planWarmPool(
  pool: SandboxWarmPool,
  template: SandboxTemplate | undefined,
  sandboxes: readonly Sandbox[],
  nowMs: number,
): WarmPoolPlan {
  const { replicas, updateStrategy } = pool.spec;
  const members = unclaimed(pool, sandboxes);
  const hash = template && templateHash(template.spec);
  const isOld = ({ metadata }: Sandbox): boolean =>
    hash !== undefined && metadata.labels[templateHashLabel] !== hash;
  const leftMs = ({ metadata }: Sandbox): number =>
    Date.parse(metadata.creationTimestamp) + shortestLifeMs - nowMs;
  const hasEnded = (each: Sandbox): boolean => isTrue(each.status?.conditions ?? [], 'Finished');
  const rank = (each: Sandbox): number => (isOld(each) ? 2 : 0) + (isReady(each) ? 0 : 1);
  const usable = members
    .filter((each) => !(hasEnded(each) && leftMs(each) <= 0))
    .filter((each) => !(updateStrategy?.type === 'Recreate' && isOld(each)))
    .toSorted((a, b) => rank(a) - rank(b));
  const kept = usable.slice(0, replicas);
  const lefts = kept.filter(hasEnded).map(leftMs);
  return {
    missing: template ? replicas - kept.length : 0,
    surplus: members.filter((each) => !kept.includes(each)),
    status: {
      replicas: members.length,
      readyReplicas: members.filter(isReady).length,
      selector: `${poolLabel}=${pool.metadata.name}`,
    },
    ...(lefts.length > 0 && { lookAgainMs: Math.min(...lefts) }),
  };
}

/** Pure. Returns the labels of a Sandbox of a pool. */
export const memberLabels = (pool: SandboxWarmPool, template: SandboxTemplate) => ({
  [poolLabel]: pool.metadata.name,
  [templateHashLabel]: templateHash(template.spec),
  [launchTypeLabel]: 'warm',
});
