import { type SetSize, type Sizes, sum } from './set-size.ts';

export interface ScaledSet extends SetSize {
  /** The time of creation in milliseconds. */
  readonly createdMs: number;
  /** The most Machines that there could be in all when this size was set. */
  readonly previousMost: number | undefined;
}

/**
 * Pure. Plans the sizes of MachineSets in the middle of an update whose number of replicas has changed: each gets
 * more or less in the ratio of its size, and the largest gets the rest.
 */
export function planProportionalScale(
  { replicas, maxSurge }: { readonly replicas: number; readonly maxSurge: number },
  sets: readonly ScaledSet[],
): Sizes {
  const active = sets.filter(({ wanted }) => wanted > 0);
  if (active.length <= 1) {
    const only = active[0] ?? sets.toSorted((a, b) => b.createdMs - a.createdMs)[0];
    return only && only.wanted !== replicas ? new Map([[only.name, replicas]]) : new Map();
  }
  const most = replicas > 0 ? replicas + maxSurge : 0;
  const change = most - sum(active.map(({ wanted }) => wanted));
  const ordered = active.toSorted(
    (a, b) => b.wanted - a.wanted || (change > 0 ? b.createdMs - a.createdMs : a.createdMs - b.createdMs),
  );
  let rest = change;
  const shares = ordered.map(({ wanted, previousMost = sum(active.map((each) => each.wanted)) }) => {
    const share = Math.round((wanted * most) / Math.max(1, previousMost)) - wanted;
    const taken = change > 0 ? Math.max(0, Math.min(share, rest)) : Math.min(0, Math.max(share, rest));
    rest -= taken;
    return taken;
  });
  return new Map(
    ordered.flatMap(({ name, wanted }, at) => {
      const next = Math.max(0, wanted + shares[at]! + (at === 0 ? rest : 0));
      return next === wanted ? [] : [[name, next]];
    }),
  );
}
