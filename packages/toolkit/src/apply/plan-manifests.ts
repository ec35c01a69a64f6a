import type { Manifest } from '../codec/manifest.ts';
import type { Actuator, LiveObject } from './actuator.ts';
import { type SyncPlan, planApply } from './plan-apply.ts';

export interface ApplyOptions {
  /** Objects may be replaced where a change needs it. */
  readonly replace: boolean;
  /** Objects that a Sync owns may be changed, which that Sync may undo. */
  readonly force: boolean;
}

/** Pure. What a person's manifests change: nothing is pruned, and nobody owns the result. */
export function planManifests(
  manifests: readonly Manifest[],
  live: readonly LiveObject[],
  { replace, force }: ApplyOptions,
  deps: { readonly actuator: Pick<Actuator, 'effectOf'>; readonly kindOrder: readonly string[] },
): SyncPlan {
  return planApply({
    owner: undefined,
    wanted: manifests,
    live,
    inventory: [],
    effectOf: deps.actuator.effectOf.bind(deps.actuator),
    kindOrder: deps.kindOrder,
    defaults: { drift: 'repair', replace: replace ? 'allowed' : 'forbidden' },
    prune: { enabled: false, limitPercent: 0, isElsewhere: false, confirmed: false, brokenRevision: false },
    adopt: force,
  });
}
