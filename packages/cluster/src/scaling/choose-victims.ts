import { annotations } from '../contract/names.ts';
import type { DeletionOrder } from '../kinds/machine-set.ts';
import type { Machine } from '../kinds/machine.ts';
import { ageMs, hasAnnotation, isLeaving, isUnhealthy } from './machine-view.ts';

const tenDaysMs = 10 * 24 * 3_600_000;

/** Pure. Returns the Machines that go when a MachineSet is to have so many fewer, the first to go first. */
export function chooseVictims(
  machines: readonly Machine[],
  number: number,
  order: DeletionOrder,
  nowMs: number,
): readonly Machine[] {
  const ranked = machines.map((machine) => ({ machine, rank: rankOf(machine, order, nowMs) }));
  return ranked
    .toSorted((a, b) => b.rank - a.rank || compare(a.machine.metadata.name, b.machine.metadata.name))
    .slice(0, Math.max(0, number))
    .map(({ machine }) => machine);
}

function rankOf(machine: Machine, order: DeletionOrder, nowMs: number): number {
  if (isLeaving(machine)) return 100;
  if (hasAnnotation(machine, annotations.deleteMachine)) return 80;
  if (isUnhealthy(machine)) return 50;
  if (order === 'Random') return 20;
  const byAge = 50 * (1 - Math.exp(-Math.max(0, ageMs(machine, nowMs)) / tenDaysMs));
  return order === 'Oldest' ? byAge : 50 - byAge;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
