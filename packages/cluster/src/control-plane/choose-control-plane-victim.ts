import type { ControlPlaneMachine } from './control-plane-machine.ts';

/**
 * Pure. Returns the Machine that goes when a control plane gets smaller, or replaces one: of the first of these groups
 * that is not empty, the oldest in the failure domain with the most Machines.
 * @param domains the failure domains that there are; one that is no longer among them is left first
 */
export function chooseControlPlaneVictim(
  machines: readonly ControlPlaneMachine[],
  domains: readonly string[],
): ControlPlaneMachine | undefined {
  const groups: readonly ((machine: ControlPlaneMachine) => boolean)[] = [
    ({ isUpToDate, isMarked }) => !isUpToDate && isMarked,
    ({ isMarked }) => isMarked,
    ({ isUpToDate, problems }) => !isUpToDate && problems.length > 0,
    ({ isUpToDate }) => !isUpToDate,
    () => true,
  ];
  const group = groups.map((isIn) => machines.filter(isIn)).find((found) => found.length > 0) ?? [];
  const domainOf = ({ failureDomain = '' }: ControlPlaneMachine): string => failureDomain;
  const crowd = (machine: ControlPlaneMachine): number =>
    domains.length > 0 && !domains.includes(domainOf(machine))
      ? Infinity
      : machines.filter((each) => domainOf(each) === domainOf(machine)).length;
  return group.toSorted(
    (a, b) => compare(crowd(b), crowd(a)) || a.createdMs - b.createdMs || a.name.localeCompare(b.name, 'en'),
  )[0];
}

/**
 * Pure. Returns the failure domain of a new Machine: the one with the fewest current Machines, and of these the one
 * with the fewest.
 */
export function chooseFailureDomain(
  machines: readonly ControlPlaneMachine[],
  domains: readonly string[],
): string | undefined {
  const number = (domain: string, isCounted: (machine: ControlPlaneMachine) => boolean): number =>
    machines.filter((machine) => machine.failureDomain === domain && isCounted(machine)).length;
  return domains.toSorted(
    (a, b) =>
      number(a, isCurrent) - number(b, isCurrent) ||
      number(a, () => true) - number(b, () => true) ||
      a.localeCompare(b, 'en'),
  )[0];
}

const isCurrent = ({ isUpToDate, isLeaving }: ControlPlaneMachine): boolean => isUpToDate && !isLeaving;

/** Infinity less itself is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
