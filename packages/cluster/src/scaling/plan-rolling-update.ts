import { type SetSize, type Sizes, sum } from './set-size.ts';

export interface RollingUpdate {
  /** The number of Machines that are wanted in the end. */
  readonly replicas: number;
  /** How many there may be beyond that. */
  readonly maxSurge: number;
  /** How many of them may be missing. */
  readonly maxUnavailable: number;
  /** The MachineSet of the current template. */
  readonly current: SetSize;
  /** The others, the oldest first. */
  readonly old: readonly SetSize[];
}

/**
 * Pure. Plans the next step of a rolling update: the new MachineSet grows as far as the surge allows, and the old
 * ones shrink as far as enough Machines stay available whichever of theirs go.
 */
export function planRollingUpdate(update: RollingUpdate): Sizes {
  const sizes = new Map<string, number>();
  const wantedOfCurrent = sizeOfCurrent(update);
  if (wantedOfCurrent !== update.current.wanted) sizes.set(update.current.name, wantedOfCurrent);
  for (const [name, wanted] of sizesOfOld(update, wantedOfCurrent)) sizes.set(name, wanted);
  if (sizes.size > 0) return sizes;
  const stuck = findDeadlock(update);
  return stuck ? new Map([[stuck.name, stuck.wanted - 1]]) : sizes;
}

function sizeOfCurrent({ replicas, maxSurge, current, old }: RollingUpdate): number {
  if (current.wanted >= replicas) return replicas;
  const existing = sum([current, ...old].map(({ wanted, actual }) => Math.max(wanted, actual)));
  const room = replicas + maxSurge - existing;
  return current.wanted + Math.max(0, Math.min(room, replicas - current.wanted));
}

/**
 * Pure. Plans how far the old MachineSets shrink.
 * @param grown the size that the current MachineSet is to have
 */
export function sizesOfOld({ replicas, maxUnavailable, current, old }: RollingUpdate, grown: number): Sizes {
  const leaving = sum([current, ...old].map(({ wanted, actual }) => Math.max(0, actual - wanted)));
  const least = Math.max(replicas - maxUnavailable, 0);
  const coming = grown - current.available;
  let budget = grown + sum(old.map(({ wanted }) => wanted)) - leaving - least - coming;
  // In the worst case, whatever is deleted was available.
  let spare = sum([current, ...old].map(({ available }) => available)) - leaving - least;
  const left = new Map(old.map(({ name, wanted }) => [name, wanted]));
  const take = (name: string, number: number): number => {
    const taken = Math.max(0, Math.min(number, budget));
    left.set(name, left.get(name)! - taken);
    budget -= taken;
    return taken;
  };
  for (const { name, wanted, actual, available } of old) {
    take(name, Math.max(0, wanted - actual));
    const unavailable = Math.min(left.get(name)!, actual - available);
    if (available === 0) take(name, unavailable);
    else spare -= take(name, Math.min(unavailable, Math.max(0, spare)));
  }
  for (const { name } of old) spare -= take(name, Math.min(left.get(name)!, Math.max(0, spare)));
  return new Map(
    old.filter(({ name, wanted }) => left.get(name) !== wanted).map(({ name }) => [name, left.get(name)!]),
  );
}

/** An update would wait for ever for old Machines that never become available. Then one of them goes. */
function findDeadlock({ current, old }: RollingUpdate): SetSize | undefined {
  const isScaling = [current, ...old].some(({ wanted, actual }) => wanted !== actual);
  if (isScaling || current.available !== current.wanted) return undefined;
  return old.find(({ wanted, available }) => wanted > 0 && available < wanted);
}
