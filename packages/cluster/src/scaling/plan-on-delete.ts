import { type SetSize, type Sizes, sum } from './set-size.ts';

/**
 * Pure. Plans the next step where people delete old Machines themselves: old MachineSets do not replace them, and the
 * new one grows in their place.
 */
export function planOnDelete(
  replicas: number,
  current: SetSize,
  /** The others, the oldest first. */
  old: readonly SetSize[],
): Sizes {
  const sizes = new Map<string, number>();
  const kept = old.map((each) => ({ ...each, wanted: Math.min(each.wanted, each.actual) }));
  let surplus = sum([current, ...kept].map(({ wanted }) => wanted)) - replicas;
  for (const { name, wanted } of kept) {
    const less = Math.max(0, Math.min(surplus, wanted));
    surplus -= less;
    sizes.set(name, wanted - less);
  }
  const existing = sum([current, ...kept].map(({ wanted, actual }) => Math.max(wanted, actual)));
  const room = Math.max(0, replicas - existing);
  sizes.set(current.name, current.wanted - Math.max(0, Math.min(surplus, current.wanted)) + room);
  return new Map(
    [current, ...old].flatMap(({ name, wanted }) =>
      sizes.get(name) === wanted ? [] : [[name, sizes.get(name)!]],
    ),
  );
}
