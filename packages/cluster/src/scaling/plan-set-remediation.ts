import type { Machine } from '../kinds/machine.ts';
import { isLeaving, isMarkedForRemediation, needsRemediation } from './machine-view.ts';

export interface SetRemediation {
  /** The Machines to delete, so that others take their places. */
  readonly remediated: readonly Machine[];
  /** Those whose turn comes later. */
  readonly deferred: readonly Machine[];
}

/**
 * Pure. Plans which unhealthy Machines are replaced now.
 * @param mostAtOnce without it, there is no limit
 */
export function planSetRemediation(
  machines: readonly Machine[],
  mostAtOnce: number | undefined,
): SetRemediation {
  const candidates = machines
    .filter(needsRemediation)
    .toSorted(
      (a, b) =>
        Number(isMarkedForRemediation(b)) - Number(isMarkedForRemediation(a)) ||
        Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp) ||
        a.metadata.name.localeCompare(b.metadata.name, 'en'),
    );
  const inFlight = machines.filter(
    (machine) =>
      isLeaving(machine) && machine.status?.conditions?.some(({ type }) => type === 'OwnerRemediated'),
  ).length;
  const room = mostAtOnce === undefined ? candidates.length : Math.max(0, mostAtOnce - inFlight);
  return { remediated: candidates.slice(0, room), deferred: candidates.slice(room) };
}
